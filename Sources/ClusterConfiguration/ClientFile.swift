public import BanModel

/// A file of the folder `authorizedkeys`: who is known by which key. `NAME.conf`:
///
///     [client]
///     publickey = 40 characters
///     roles = report subscribe
///     host = NAME
///     trust = 100
///
/// `name` and `host` are the file's name where they are missing, `trust` is then 100.
public struct ClientFile: Hashable, Sendable {
    public static let suffix = ".conf"
    static let section = "client"

    public var key: PublicKey
    public var client: Client

    public init(key: PublicKey, client: Client) {
        self.key = key
        self.client = client
    }

    /// - Throws: all that is wrong in it.
    public init(reading file: ConfigurationFile) throws(ConfigurationError) {
        var reader = try SectionReader(of: file, named: Self.section)
        let key = reader.required("publickey", .publicKey)
        let client = reader.client(fileName: file.name, suffix: Self.suffix)
        reader.noteUnknown()
        guard let key, let client, reader.faults.isEmpty else { throw ConfigurationError(faults: reader.faults) }
        self.init(key: key, client: client)
    }

    public var contents: [UInt8] {
        Array(
            """
            [\(Self.section)]
            publickey = "\(key)"
            \(client.lines)

            """.utf8)
    }
}

/// A file of the folder `authorizedkeys` that `fail2ban-cluster invite` leaves: `NAME.invitation`.
public struct InvitationFile: Hashable, Sendable {
    public static let suffix = ".invitation"
    private static let section = "invitation"

    /// The invitation's own.
    public var key: PublicKey
    public var invitation: Invitation

    public init(key: PublicKey, invitation: Invitation) {
        self.key = key
        self.invitation = invitation
    }

    /// - Throws: all that is wrong in it.
    public init(reading file: ConfigurationFile) throws(ConfigurationError) {
        var reader = try SectionReader(of: file, named: Self.section)
        let key = reader.required("publickey", .publicKey)
        let client = reader.client(fileName: file.name, suffix: Self.suffix)
        let expires = reader.required("expires", .moment)
        let usedBy = reader.optional("usedby", .publicKey)
        reader.noteUnknown()
        guard let key, let client, let expires, reader.faults.isEmpty else {
            throw ConfigurationError(faults: reader.faults)
        }
        self.init(key: key, invitation: Invitation(client: client, expires: expires, usedBy: usedBy))
    }

    public var contents: [UInt8] {
        Array(
            """
            [\(Self.section)]
            publickey = "\(key)"
            expires = \(invitation.expires.exact)
            \(invitation.usedBy.map { "usedby = \"\($0)\"\n" } ?? "")\(invitation.client.lines)

            """.utf8)
    }
}

extension Client {
    fileprivate var lines: String {
        """
        name = \(name)
        host = \(host)
        roles = \(roles.map(\.rawValue).sorted().joined(separator: " "))
        trust = \(trust)
        """
    }
}

extension SectionReader {
    /// The one section of a file that has no other.
    fileprivate init(of file: ConfigurationFile, named name: String) throws(ConfigurationError) {
        let parser = FileParser(file)
        var faults = parser.faults
        let place = Place(file: file.name, line: nil)
        let section = parser.sections.first { $0.name == name }
        if section == nil { faults.append(ConfigurationFault(place, "expected a section [\(name)]")) }
        for other in parser.sections where other.name != name {
            faults.append(ConfigurationFault(other.place, "expected no section but [\(name)]"))
        }
        guard let section, faults.isEmpty else { throw ConfigurationError(faults: faults) }
        self.init(section)
    }

    /// - Parameter fileName: with its folder.
    fileprivate mutating func client(fileName: String, suffix: String) -> Client? {
        let last = fileName.split(separator: "/").last ?? ""
        let usual = last.hasSuffix(suffix) ? String(last.dropLast(suffix.count)) : String(last)
        let name = optional("name", .host)?.name ?? usual
        let host = optional("host", .host) ?? Host(name)
        let roles = Set(requiredList("roles", .role) ?? [])
        let trust = optional("trust", .trust) ?? .full
        guard let host, Host(name) != nil else {
            note("name", "expected \(Form.host.expected), here or as the file's name")
            return nil
        }
        return Client(name: name, host: host, roles: roles, trust: trust)
    }

    /// Once all keys were asked for: nobody is authorised by a file that says more than is understood.
    fileprivate mutating func noteUnknown() {
        for case .unknownKey(let key, _, _) in warnings().map(\.kind) { note(key, "is unknown in [\(name)]") }
    }
}
