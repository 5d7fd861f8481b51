internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import ClusterIdentity
internal import ClusterProtocol
internal import DaemonKit
internal import HubClient
internal import LinuxSystem
internal import Logging
internal import ReportStore
internal import ZeroMQ

/// What twins alone tell each other: how far they trust their friends, and whom they let in.
extension PublisherLoop {
    // MARK: Trust

    /// How far a twin trusts its friends counts here too, and after a restart without it.
    mutating func adopt(_ levels: [Cluster: Trust], from twin: Host) throws(ZMQError) {
        guard let outcome = hub.adopt(levels, from: twin, at: wall()) else { return }
        keep(levels, of: twin)
        try tell(outcome)
        try broadcast([])
    }

    private static func note(of twin: Host) -> String { "friends of the twin \(twin)" }

    func keep(_ levels: [Cluster: Trust], of twin: Host) {
        keep(FriendLevel.all(levels), as: Self.note(of: twin))
    }

    /// What was kept; nothing where it cannot be read: the twin says it anew.
    func keptLevels(of twin: Host) -> [Cluster: Trust] {
        do throws(StoreError) {
            let kept: [FriendLevel] = try Self.kept(Self.note(of: twin), in: store)
            return Dictionary(kept.map { ($0.friend, $0.trust) }, uniquingKeysWith: min)
        } catch {
            logger.error(
                "how far a twin trusts its friends is not known until it says so",
                metadata: ["twin": "\(twin)", "error": "\(error)"])
            return [:]
        }
    }

    // MARK: Authorised keys

    private static let note = "authorised keys"

    /// What was known when the hub ended. Nothing where the folder was lost since: what is not in it was taken away by nobody,
    /// and a twin has it.
    static func keptRegister(in store: ReportStore, _ folderIsNew: Bool, _ logger: Logger) throws(StoreError)
        -> KeyRegister
    {
        let register = KeyRegister(try kept(note, in: store))
        guard folderIsNew, register.holdsKeys else { return register }
        logger.warning("the folder of authorised keys is gone: a twin that has them is asked for them")
        return KeyRegister()
    }

    /// The folder was read: what was changed in it here, twins are to hear.
    mutating func noteKeys() throws(ZMQError) {
        guard clusterKey != nil, let files = admission?.files else { return }
        guard !register.note(files, at: wall()).isEmpty else { return }
        keepRegister()
        try share([])
    }

    func keepRegister() { keep(register.entries, as: Self.note) }

    func answer(_ request: KeysRequest) -> [UInt8] {
        guard let clusterKey, admission != nil, request.asker.host.name == clusterKey.cluster.id else {
            return HubRefusal(.later, "that is for the hubs of this cluster, which have keys").bytes
        }
        return KeysReply(register.entries, after: request.after).bytes
    }

    /// What a twin knows of the keys. Returns after which name it is to be asked for more; nil: that was all.
    mutating func take(_ entries: [KeyEntry], isWhole: Bool, from twin: Host) throws(ZMQError) -> String? {
        let news = register.news(in: entries).filter { AuthorizedKeys.mayHold($0.name) }
        var count = 0
        for entry in news {
            do throws(SystemError) {
                if register.changesFolder(entry) {
                    try admission?.carryOut(entry)
                    count += 1
                }
                register.accept(entry)
            } catch {
                complaints.say(
                    "twin's key", "an authorised key of a twin's cannot be kept",
                    ["twin": "\(twin)", "file": "\(entry.name)", "error": "\(error)"])
            }
        }
        if count > 0 {
            logger.notice("authorised keys are as a twin's", metadata: ["twin": "\(twin)", "files": "\(count)"])
            if admission?.renew() == true { revoke() }
            try noteKeys()
        }
        if !news.isEmpty { keepRegister() }
        return isWhole ? nil : entries.last?.name
    }

    mutating func take(_ reply: KeysReply, from index: Int) throws(ZMQError) {
        (friends[index].underway, friends[index].wantsKeys) = (nil, false)
        switch reply {
        case .entries(let entries, let isWhole):
            let name = friends[index].section.name
            friends[index].keysAfter = try take(entries, isWhole: isWhole, from: name)
            friends[index].wantsKeys = friends[index].keysAfter != nil
            friends[index].feed.isWell()
        case .refusal(let refusal): unusable("he does not tell his keys: \(refusal)", index)
        case .nonsense: unusable("he answered nonsense", index)
        }
    }

    // MARK: What outlives the hub

    private func keep(_ records: [some StateRecord], as note: String) {
        let text = records.isEmpty ? nil : String(decoding: RecordLine.lines(of: records), as: UTF8.self)
        store.write([.note(note, text)], ticket: 0)
    }

    private static func kept<Record: StateRecord>(
        _ note: String, in store: ReportStore
    ) throws(StoreError) -> [Record] {
        Record.read(Array((try store.note(note) ?? "").utf8)).records
    }
}
