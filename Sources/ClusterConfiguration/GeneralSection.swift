public import BanModel

/// `[general]`: what all daemons of a host share.
public struct GeneralSection: Hashable, Sendable {
    public static let name = "general"
    /// Where this host's secret key is kept, unless somebody wants it elsewhere.
    public static let usualKeyFile = "/etc/fail2ban/fail2ban-cluster.key"

    /// What this host is called in the cluster: the machine's own name, whole, where the file does not say.
    public var hostname: Host
    /// A name for people; nil where nobody gave one.
    public var cluster: String?
    public var stateFolder = AbsolutePath(literal: "/var/lib/fail2ban-cluster")
    public var logLevel = LogLevel.info
    /// `ignoreip`: never banned and never reported on.
    public var ignored: [Address] = []
    /// `fail2banclient`; nil: fail2ban is never asked, the log alone counts.
    public var client: Program? = Program("fail2ban-client")
    /// `keyfile`: this host's secret key, for the command, and for each daemon whose section names no other.
    public var keyFile: AbsolutePath?
    /// `serverkey`: those of the hubs, for the command, and for each daemon whose section names no others.
    public var serverKeys: [PublicKey] = []
    /// `clusterkey`: the cluster's secret key (Ed25519), on its hubs; nil: it has no friends.
    public var clusterKey: AbsolutePath?
    /// `fail2bansocket`; nil: where it usually is, unless fail2ban's client knows better.
    public var socket: AbsolutePath?

    init?(reading reader: inout SectionReader, machineName: String) {
        let named = reader.optional("hostname", .host)
        if named == nil, !reader.isSet("hostname"), Host(machineName) == nil {
            reader.note(
                "hostname",
                "missing in [general], and this machine's own name will not do: expected \(Form.host.expected)",
                value: machineName)
        }
        cluster = reader.optional("cluster", .text("a name for people", longest: 100))
        stateFolder = reader.value("statedir", .path, default: stateFolder)
        logLevel = reader.value("loglevel", .logLevel, default: logLevel)
        ignored = reader.list("ignoreip", .address)
        let client = Form<Program?>(expected: "a program's name or absolute path, or nothing: never ask fail2ban") {
            text in
            text.isEmpty ? .some(nil) : Program(text).map { .some($0) }
        }
        self.client = reader.value("fail2banclient", client, default: self.client)
        socket = reader.optional("fail2bansocket", .path)
        keyFile = reader.optional("keyfile", .path)
        serverKeys = reader.list("serverkey", .publicKey)
        clusterKey = reader.optional("clusterkey", .path)
        guard let hostname = named ?? Host(machineName) else { return nil }
        self.hostname = hostname
    }
}
