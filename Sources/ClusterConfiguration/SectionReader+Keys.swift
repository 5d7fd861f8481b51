internal import BanModel

extension SectionReader {
    /// `keyfile` and `serverkey`, which a section that lacks them has of `[general]`; nil where they are wrong.
    ///
    /// - Parameters:
    ///   - endpoints: of the hubs, by the key `name`.
    ///   - server: in the same order; nil: the hubs are spoken with in the clear.
    mutating func keys(
        ofHubs endpoints: [Endpoint], at name: String, general: GeneralSection?
    ) -> (file: AbsolutePath?, server: [PublicKey]?)? {
        let ownFile = optional("keyfile", .path)
        let own = list("serverkey", .publicKey)
        let file = ownFile ?? general?.keyFile
        let keys = isSet("serverkey") ? own : general?.serverKeys ?? []
        let allowsPlaintext = value("allowplaintext", .yesOrNo, default: false)
        // Wrong ones too: what is wrong with them is said already.
        let count = isSet("serverkey") ? count(of: "serverkey") : keys.count
        guard !endpoints.isEmpty else { return nil }
        guard count > 0 else {
            if ownFile != nil {
                note("keyfile", "is of no use without serverkey: expected the public key of each hub of \(name)")
            }
            hinderPlaintext(allowsPlaintext ? nil : endpoints.first { !$0.isOnThisHost }, at: name) { endpoint in
                """
                \(endpoint) is on another host, and without keys everything on the way there is in the clear: run \
                `fail2ban-cluster invite NAME` on the hub, and `fail2ban-cluster join CODE` here, which writes
                    keyfile = \(GeneralSection.usualKeyFile)
                    serverkey = the hub's public key
                or, where a VPN or a tunnel protects it, write into this section
                    allowplaintext = true
                """
            }
            return (file, nil)
        }
        if count != endpoints.count {
            note(
                "serverkey",
                "expected as many as \(name) has, \(endpoints.count), in the same order; there are \(count)")
        }
        if file == nil {
            note("serverkey", "is of no use without keyfile: expected keyfile = \(GeneralSection.usualKeyFile)")
        }
        return keys.count == endpoints.count ? (file, keys) : nil
    }
}
