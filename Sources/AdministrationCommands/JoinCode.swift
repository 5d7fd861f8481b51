internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol
internal import FoundationEssentials

/// What `invite` prints and `join` takes: all that a host needs to know of its hub, and the key that lets it in once.
///
/// `f2b1-` and, in base64url (RFC 4648, section 5), lines of text behind their checksum:
///
///     CHECKSUM
///     HOST ROLE[,ROLE…] SECRETKEY
///     REPLYURL BROADCASTURL PUBLICKEY      (a line a hub)
struct JoinCode: Hashable {
    struct Hub: Hashable {
        /// `zmqreplyserver`
        var reply: Endpoint
        /// `zmqpublisherurl`
        var broadcast: Endpoint
        var key: PublicKey
    }

    /// In characters, as many as four hubs with the longest names need.
    static let longest = 4096
    private static let head = "f2b1-"

    var host: Host
    var roles: Set<Role>
    /// Of the invitation, not of the host.
    var secret: SecretKey
    /// At least one.
    var hubs: [Hub]

    var text: String {
        let roles = roles.map(\.rawValue).sorted().joined(separator: ",")
        let lines =
            ["\(host) \(roles) \(secret.text)"] + hubs.map { "\($0.reply) \($0.broadcast) \($0.key)" }
        let content = lines.joined(separator: "\n")
        let whole = "\(Self.checksum(content))\n\(content)"
        return Self.head
            + Data(whole.utf8).base64EncodedString().filter { $0 != "=" }
            .map { $0 == "+" ? "-" : $0 == "/" ? "_" : String($0) }.joined()
    }

    /// Why a text is no code, in words for people.
    struct Fault: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    init(host: Host, roles: Set<Role>, secret: SecretKey, hubs: [Hub]) {
        self.host = host
        self.roles = roles
        self.secret = secret
        self.hubs = hubs
    }

    init(_ text: String) throws(Fault) {
        // As it is copied from a mail: perhaps broken into lines.
        let letters = text.filter { !$0.isWhitespace }
        guard letters.hasPrefix(Self.head), letters.utf8.count <= Self.longest else {
            throw Fault(description: "this is no code of `fail2ban-cluster invite`: it begins with \(Self.head)")
        }
        let body = letters.dropFirst(Self.head.count).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        let padded = String(body) + String(repeating: "=", count: (4 - body.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), let whole = String(validating: data, as: UTF8.self),
            let end = whole.firstIndex(of: "\n"), whole[..<end] == Self.checksum(whole[whole.index(after: end)...])
        else { throw Fault(description: "the code was changed on its way: copy it anew, all of it") }
        let lines = whole[whole.index(after: end)...].split(separator: "\n", omittingEmptySubsequences: false)
        guard let code = Self(lines) else {
            throw Fault(description: "the code is of another version of fail2ban-cluster: use that of the hub here")
        }
        self = code
    }

    private init?(_ lines: [Substring]) {
        let first = lines.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
        guard first.count == 3, let host = Host(first[0]), let secret = SecretKey(first[2]) else { return nil }
        let roles = first[1].split(separator: ",").map { Role(rawValue: String($0)) }
        let hubs = lines.dropFirst().map { Self.hub($0) }
        guard !roles.isEmpty, !roles.contains(nil), !hubs.isEmpty, !hubs.contains(nil) else { return nil }
        self.init(host: host, roles: Set(roles.compactMap { $0 }), secret: secret, hubs: hubs.compactMap { $0 })
    }

    private static func hub(_ line: Substring) -> Hub? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, let reply = Endpoint(words[0]), let broadcast = Endpoint(words[1]),
            reply.isConnectable, broadcast.isConnectable, let key = PublicKey(words[2])
        else { return nil }
        return Hub(reply: reply, broadcast: broadcast, key: key)
    }

    private static func checksum(_ text: some StringProtocol) -> String {
        hexadecimal(UInt64(RecordLine.checksum(Array(text.utf8)[...])))
    }
}
