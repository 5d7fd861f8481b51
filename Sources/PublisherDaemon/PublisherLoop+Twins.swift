internal import BanModel
internal import ClusterCore
internal import ClusterIdentity
internal import ClusterProtocol
internal import DaemonKit
internal import LinuxSystem
internal import Logging
internal import ReportStore
internal import ZeroMQ

/// What twins tell each other of their authorised keys.
extension PublisherLoop {
    private static let note = "authorised keys"

    /// What was known when the hub ended. Nothing where the folder was lost since: what is not in it was taken away by nobody,
    /// and a twin has it.
    static func keptRegister(in store: ReportStore, _ folderIsNew: Bool, _ logger: Logger) throws(StoreError)
        -> KeyRegister
    {
        guard let text = try store.note(note) else { return KeyRegister() }
        let register = KeyRegister(KeyEntry.read(Array(text.utf8)).records)
        guard folderIsNew, register.holdsKeys else { return register }
        logger.warning("the folder of authorised keys is gone: a twin that has them is asked for them")
        return KeyRegister()
    }

    /// The folder was read: what was changed in it here, twins are to hear.
    mutating func noteKeys() throws(ZMQError) {
        guard clusterKey != nil, let files = admission?.files else { return }
        let exchanged = files.filter { name, file in
            KeyEntry(name: name, version: 0, contents: file.contents) != nil
        }
        guard !register.note(exchanged, at: wall()).isEmpty else { return }
        keepRegister()
        try share([])
    }

    private func keepRegister() {
        let text = String(decoding: RecordLine.lines(of: register.entries), as: UTF8.self)
        store.write([.note(Self.note, text)], ticket: 0)
    }

    func answer(_ request: KeysRequest) -> [UInt8] {
        guard let clusterKey, admission != nil, request.asker.host.name == clusterKey.cluster.id else {
            return HubRefusal(.later, "that is for the hubs of this cluster, which have keys").bytes
        }
        return KeysReply(register.entries, after: request.after).bytes
    }

    /// What a twin knows of the keys. Returns after which name it is to be asked for more; nil: that was all.
    mutating func take(_ entries: [KeyEntry], isWhole: Bool, from twin: Host) throws(ZMQError) -> String? {
        var count = 0
        for entry in register.news(in: entries) {
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
        keepRegister()
        return isWhole ? nil : entries.last?.name
    }
}
