internal import BanModel

/// A ``HubStatus`` as a JSON object: epochs as 16 digits, times as microseconds.
struct StatusFields: Codable {
    private var epoch: String
    private var sequence: UInt64
    private var reports: Int
    private var bans: Int
    private var time: Int64
    private var store: String
    private var monitors: [Peer]
    private var subscribers: [Peer]
    private var friends: [Friend]

    init(_ status: HubStatus) {
        epoch = hexadecimal(status.epoch)
        sequence = status.sequence
        reports = status.reports
        bans = status.bans
        time = status.time.microseconds
        store = status.store
        monitors = status.monitors.map { Peer($0) }
        subscribers = status.subscribers.map { Peer($0) }
        friends = status.friends.map { Friend($0) }
    }

    /// nil where a value is impossible.
    var status: HubStatus? {
        let lists = [monitors, subscribers].map { $0.compactMap(\.status) }
        let others = friends.compactMap(\.status)
        guard let epoch = hexadecimal(epoch), lists.map(\.count) == [monitors.count, subscribers.count],
            others.count == friends.count
        else { return nil }
        return HubStatus(
            epoch: epoch, sequence: sequence, reports: reports, bans: bans, time: Timestamp(microseconds: time),
            store: store, monitors: lists[0], subscribers: lists[1], friends: others)
    }

    private struct Peer: Codable {
        private var host: String
        private var connected: Bool?
        private var lag: UInt64?
        private var seen: Int64
        private var epoch: String?
        private var held: UInt64?
        private var obeyed: UInt64?

        init(_ peer: PeerStatus) {
            host = peer.host.name
            connected = peer.isConnected
            lag = peer.lag
            seen = peer.seen.microseconds
            epoch = peer.progress.map { hexadecimal($0.epoch) }
            held = peer.progress?.held
            obeyed = peer.progress?.obeyed
        }

        var status: PeerStatus? {
            guard let host = Host(host) else { return nil }
            var progress: CopyProgress?
            if let epoch, let held, let obeyed {
                guard let epoch = hexadecimal(epoch) else { return nil }
                progress = CopyProgress(epoch: epoch, held: held, obeyed: obeyed)
            }
            return PeerStatus(
                host: host, isConnected: connected, lag: lag, seen: Timestamp(microseconds: seen), progress: progress)
        }

        /// What is not known is said: `null`. What does not apply is left out.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(host, forKey: .host)
            try container.encode(connected, forKey: .connected)
            try container.encode(lag, forKey: .lag)
            try container.encode(seen, forKey: .seen)
            try container.encodeIfPresent(epoch, forKey: .epoch)
            try container.encodeIfPresent(held, forKey: .held)
            try container.encodeIfPresent(obeyed, forKey: .obeyed)
        }
    }

    /// `refused` by the words of ``FriendRefusal``; trust in millionths.
    private struct Friend: Codable {
        private var host: String
        private var cluster: String
        private var trust: Int
        private var connected: Bool
        private var seen: Int64
        private var lag: UInt64?
        private var taken: Int
        private var refused: [String: Int]

        init(_ friend: FriendStatus) {
            host = friend.name.name
            cluster = friend.cluster.id
            trust = friend.trust.millionths
            connected = friend.isConnected
            seen = friend.since.microseconds
            lag = friend.lag
            taken = friend.taken
            refused = Dictionary(uniqueKeysWithValues: friend.refused.map { ($0.key.rawValue, $0.value) })
        }

        var status: FriendStatus? {
            guard let name = Host(host), let cluster = Cluster(cluster), let trust = Trust(millionths: trust) else {
                return nil
            }
            // A reason that a later version has is left out.
            let refused = refused.compactMap { word, count in FriendRefusal(rawValue: word).map { ($0, count) } }
            return FriendStatus(
                name: name, cluster: cluster, trust: trust, isConnected: connected,
                since: Timestamp(microseconds: seen), lag: lag, taken: taken,
                refused: Dictionary(refused, uniquingKeysWith: max))
        }

        /// What is not known is said: `null`.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(host, forKey: .host)
            try container.encode(cluster, forKey: .cluster)
            try container.encode(trust, forKey: .trust)
            try container.encode(connected, forKey: .connected)
            try container.encode(seen, forKey: .seen)
            try container.encode(lag, forKey: .lag)
            try container.encode(taken, forKey: .taken)
            try container.encode(refused, forKey: .refused)
        }
    }
}
