internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import DaemonKit
internal import LinuxSystem
internal import Logging
internal import ZeroMQ

/// Who comes in, and what for, at a hub that has a key.
struct Admission: ~Copyable {
    /// The domain of each socket (ZAP).
    static let (replies, broadcasts) = ("replies", "broadcasts")

    let secret: SecretKey
    private var handler: ZAPHandler
    private var keys: AuthorizedKeys
    /// Who has come in, by the name that libzmq gives its messages.
    private var peers: [String: PublicKey] = [:]
    private let logger: Logger

    /// To be made before the first bind.
    ///
    /// - Parameter host: the hub's own name.
    init(secret: SecretKey, folder: String, host: Host, context: Context, logger: Logger) throws {
        let key = PublicKey(bytes: try CurveKeys.publicKey(of: secret.bytes))
        let roles = Set(Role.allCases).subtracting([.enrol])
        let own = ClientFile(key: key, client: Client(name: "this hub", host: host, roles: roles))
        let handler = try ZAPHandler(in: context)
        let keys = try AuthorizedKeys(folder: folder, own: own)
        self.handler = handler
        self.keys = keys
        self.secret = secret
        self.logger = logger
        logger.notice("the hub's public key", metadata: ["serverkey": "\(key)"])
        _ = renew()
    }

    mutating func register(in ready: inout PollSet) {
        ready.add(handler)
        ready.add(fileDescriptor: keys.fileDescriptor)
    }

    /// Answers who knocks. Returns whom it let in, and from where.
    mutating func serve(at now: Timestamp, _ complaints: inout Complaints) throws(ZMQError) -> [(Client, String)] {
        var admitted: [(Client, String)] = []
        var refused: [ZAPHandler.Request] = []
        var named: [String: PublicKey] = [:]
        let keyring = keys.keyring
        try handler.serve { request in
            let key = request.key.map(PublicKey.init(bytes:))
            guard let key, let client = keyring.client(key, at: now),
                request.domain == Self.replies || client.mayListen
            else {
                refused.append(request)
                return nil
            }
            named["\(key)"] = key
            admitted.append((client, request.address))
            return "\(key)"
        }
        peers.merge(named) { $1 }
        for request in refused {
            let key = request.key.map { "\(PublicKey(bytes: $0))" } ?? "none"
            complaints.say(
                "key", "somebody was not let in: his key is not among the authorised ones, or may not listen",
                ["address": "\(request.address)", "key": "\(key)"])
        }
        return admitted
    }

    /// Who sent a message; nil: nobody who is known now.
    func sender(userID: String?, at now: Timestamp) -> (key: PublicKey, client: Client)? {
        guard let key = userID.flatMap({ peers[$0] }), let client = keys.keyring.client(key, at: now) else {
            return nil
        }
        return (key, client)
    }

    /// Who the friends are from now on. Returns whether somebody's connection must end.
    mutating func befriend(_ friends: [ClientFile]) -> Bool {
        keys.friends = friends
        return renew()
    }

    /// Reads the folder again where it has changed. Returns whether somebody's connection must end; nil: nothing has changed.
    mutating func renewIfChanged() throws(SystemError) -> Bool? {
        try keys.hasChanged() ? renew() : nil
    }

    /// Reads the folder. Returns whether somebody's connection must end.
    mutating func renew() -> Bool {
        let old = keys.keyring
        for fault in keys.read() { logger.error("a key does not count", metadata: ["fault": "\(fault)"]) }
        let revoked = old.revoked(by: keys.keyring)
        if old != keys.keyring {
            logger.notice(
                "the authorised keys were read",
                metadata: ["folder": "\(keys.folder)", "keys": "\(keys.keyring.count)", "revoked": "\(revoked.count)"])
        }
        return !revoked.isEmpty
    }

    /// Whether there was no folder of authorised keys.
    var folderIsNew: Bool { keys.isNew }

    /// What is in the folder of authorised keys, by name; nil: it could never be read whole.
    var files: [String: KeyRegister.File]? { keys.files }

    func carryOut(_ entry: KeyEntry) throws(SystemError) { try keys.carryOut(entry) }

    mutating func enrol(_ key: PublicKey, invitedBy guest: PublicKey, at now: Timestamp) -> Keyring.Enrolment {
        let enrolment = keys.enrol(key, invitedBy: guest, at: now)
        // What is on disk counts at once: the host comes back as soon as it hears of it.
        if case .enrol = enrolment { _ = renew() }
        return enrolment
    }
}
