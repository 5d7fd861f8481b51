/// What can be measured by itself: `--only NAME`.
public enum Part: String, Codable, Sendable, CaseIterable {
    case latency
    case fail2banclient
    case fail2bansocket
    case nftables
    case burst
    case joiner
    case fanout
    case flood
    case friends
    case twins
    case idle
    case start
    case rooms
    case growth

    var title: String {
        switch self {
        case .latency: "Single bans: log line to broadcast"
        case .fail2banclient: "Single bans: log line to fail2ban-client's answer"
        case .fail2bansocket: "Single bans: log line to the answer of fail2ban's socket"
        case .nftables: "Single bans: log line to the kernel's set"
        case .burst: "Bursts: all at once into the log, to a subscriber that has obeyed"
        case .joiner: "A subscriber with nothing joins a hub that holds much"
        case .fanout: "Many listeners in one program"
        case .flood: "Single bans beside a flood; the floor: beside a process as busy that sends nothing"
        case .friends: "A hub hears from a friend's; the floor: the signatures alone"
        case .twins: "Twins, one of which is killed amid 500 bans a second"
        case .idle: "Daemons with nothing to do, 10 s"
        case .start: "From exec to ready"
        case .rooms: "Rooms by themselves, in one thread"
        case .growth: "How the hub's cost grows"
        }
    }

    func measure(in workshop: Workshop) throws -> [Figure] {
        switch self {
        case .latency: try LatencyPart(workshop: workshop).measure()
        case .fail2banclient, .fail2bansocket: try Fail2BanPart(workshop: workshop, part: self).measure()
        case .nftables: try PacketFilterPart(workshop: workshop).measure()
        case .burst: try BurstPart(workshop: workshop).measure()
        case .joiner: try JoinerPart(workshop: workshop).measure()
        case .fanout: try FanOutPart(workshop: workshop).measure()
        case .flood: try FloodPart(workshop: workshop).measure()
        case .friends: try FriendPart(workshop: workshop).measure()
        case .twins: try TwinPart(workshop: workshop).measure()
        case .idle: try IdlePart(workshop: workshop).measure()
        case .start: try StartPart(workshop: workshop).measure()
        case .rooms: try RoomsPart(workshop: workshop).measure()
        case .growth: try GrowthPart(workshop: workshop).measure()
        }
    }
}

extension Part {
    /// What is measured where nothing else is asked for.
    public static let usual = allCases.filter { $0 != .growth }
}
