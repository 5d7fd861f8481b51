internal import BanModel
internal import ClusterConfiguration

extension Configuration {
    /// A file that says the same; nil where a value has both quotation marks and what only these protect.
    var written: String? {
        var writer = SectionWriter()
        writer.add(general)
        if let monitor { writer.add(monitor) }
        if let publisher { writer.add(publisher) }
        if let subscriber { writer.add(subscriber) }
        return writer.text
    }
}

/// Writes sections with all their keys.
private struct SectionWriter {
    /// nil from the first value on that cannot be written.
    private(set) var text: String? = ""

    private mutating func add(_ key: String, _ value: (some CustomStringConvertible)?) {
        guard let value = value?.description else { return }
        if !value.contains("\"") {
            text?.append("\(key) = \"\(value)\"\n")
        } else if value.hasPrefix("\"") || value.contains(where: { " \t#;,".contains($0) }) {
            text = nil
        } else {
            text?.append("\(key) = \(value)\n")
        }
    }

    private mutating func add(_ key: String, list: [String]) {
        if list.contains(where: { $0.contains("\"") }) {
            text = nil
        } else {
            text?.append("\(key) = \(list.map { "\"\($0)\"" }.joined(separator: ", "))\n")
        }
    }

    private mutating func begin(_ name: String) { text?.append("[\(name)]\n") }

    mutating func add(_ section: GeneralSection) {
        begin(GeneralSection.name)
        add("hostname", section.hostname)
        add("cluster", section.cluster)
        add("statedir", section.stateFolder)
        add("loglevel", section.logLevel.rawValue)
        add("ignoreip", list: section.ignored.map(\.description))
        add("fail2banclient", section.client?.name ?? "")
        add("fail2bansocket", section.socket)
        add("keyfile", section.keyFile)
        add("serverkey", list: section.serverKeys.map(\.description))
        add("clusterkey", section.clusterKey)
    }

    mutating func add(_ section: MonitorSection) {
        begin(MonitorSection.name)
        add("pidfile", section.pidfile)
        add("zmqreplyserver", list: section.hubs.map(\.endpoint.description))
        addKeys(section.keyFile, section.hubs.map(\.key))
        switch section.log {
        case .journal: add("fail2banlogpath", "journal")
        case .file(let path): add("fail2banlogpath", path)
        }
        add("auth", section.token != nil)
        if let token = section.token { add("authtoken", list: [token.secret]) }
        add("ignorejails", list: section.ignoredJails.sorted().map(\.name))
        add("requesttimeout", BanDuration.limited(section.requestTimeout))
        add("bantime", section.bantime)
    }

    mutating func add(_ section: PublisherSection) {
        begin(PublisherSection.name)
        add("pidfile", section.pidfile)
        add("broadcasterbindurl", section.broadcastEndpoint)
        add("replybindurl", section.replyEndpoint)
        add("auth", !section.tokens.isEmpty)
        add("authtoken", list: section.tokens.map(\.secret))
        add("threshold", section.threshold)
        add("bantime", section.bantime)
        add("maxbantime", BanDuration.limited(section.maximumBantime))
        add("database", section.database)
        add("ratelimit", section.rateLimit)
        add("maxbans", section.mostBans)
        add("keyfile", section.keyFile)
        add("authorizedkeys", section.authorizedKeys)
        add("allowplaintext", section.allowsPlaintext)
        for friend in section.friends { add(friend) }
    }

    private mutating func add(_ friend: FriendSection) {
        begin("friend \(friend.name)")
        add("broadcasturl", friend.broadcastEndpoint)
        add("replyurl", friend.replyEndpoint)
        add("publickey", friend.key)
        add("clusterkey", friend.clusterKey)
        add("trustlevel", friend.level)
    }

    mutating func add(_ section: SubscriberSection) {
        begin(SubscriberSection.name)
        add("pidfile", section.pidfile)
        add("zmqpublisherurl", list: section.hubs.map(\.broadcast.description))
        add("zmqreplyserver", list: section.hubs.compactMap { $0.reply?.description })
        addKeys(section.keyFile, section.hubs.map(\.key))
        add("zmqprefixfilter", section.prefixFilter)
        add("threshold", section.threshold)
        add("ignoreip", list: section.ignored.map(\.description))
        add("bantime", section.bantime)
        add("subscriberaction", section.action.word)
        add("targetjail", section.targetJail.word)
        add("logfile", section.logFile)
        add("nftpriority", section.packetFilterForm.priority)
        add("nftinterfaces", list: section.packetFilterForm.interfaces.sorted())
        add("flushonstop", section.flushesOnStop)
    }

    /// Those of the hubs: an empty list says that there are none, whatever [general] says. A key's file of no use is not
    /// written: where there is one, [general] has it.
    private mutating func addKeys(_ file: AbsolutePath?, _ keys: [PublicKey?]) {
        let keys = keys.compactMap { $0 }
        add("serverkey", list: keys.map(\.description))
        if !keys.isEmpty { add("keyfile", file) }
    }
}

extension SubscriberSection.Action {
    fileprivate var word: String {
        switch self {
        case .log: "log"
        case .fail2banClient: "fail2banclient"
        case .fail2banSocket: "fail2bansocket"
        case .nftables: "nftables"
        }
    }
}

extension SubscriberSection.TargetJail {
    fileprivate var word: String {
        switch self {
        case .own(let jail): jail.name
        case .same: "same"
        }
    }
}
