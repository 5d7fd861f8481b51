internal import BanModel
internal import ClusterConfiguration
internal import LinuxSystem
internal import ZeroMQ

/// The secret key of this host, in its file.
enum HostKey {
    /// Where it is, or is to be.
    static func path(for configuration: Configuration?, at configurationPath: String) throws -> AbsolutePath {
        let named =
            configuration?.general.keyFile ?? configuration?.publisher?.keyFile ?? configuration?.subscriber?.keyFile
            ?? configuration?.monitor?.keyFile
        if let named { return named }
        let folder = try FileSystem.absolutePath(of: FileSystem.folder(of: configurationPath))
        let path = folder == "/" ? "/fail2ban-cluster.key" : "\(folder)/fail2ban-cluster.key"
        guard let usual = AbsolutePath(path) else { throw Failure("\(path) cannot be a key file's name") }
        return usual
    }

    /// The one that is there, or a new one. Returns whether it was made.
    static func obtain(at path: AbsolutePath) throws -> (key: SecretKey, isNew: Bool) {
        if try FileSystem.status(of: path.text) != nil { return (try KeyFile.read(path), false) }
        let key = try make()
        try FileSystem.writeAtomically(path: path.text, bytes: KeyFile.contents(key), mode: KeyFile.permissions)
        return (key, true)
    }

    /// Such that neither it nor its public key needs quotation marks in any file: both begin with a letter or a digit.
    static func make() throws(ZMQError) -> SecretKey {
        while true {
            let pair = try CurveKeys.generate()
            let (secret, known) = (SecretKey(bytes: pair.secret), PublicKey(bytes: pair.public))
            if isPlain(secret.text), isPlain(known.description) { return secret }
        }
    }

    static func publicKey(of secret: SecretKey) throws(ZMQError) -> PublicKey {
        PublicKey(bytes: try CurveKeys.publicKey(of: secret.bytes))
    }

    private static func isPlain(_ text: String) -> Bool {
        text.first.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? false
    }
}
