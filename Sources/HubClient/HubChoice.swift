/// Which of several hubs to use: the first that answers, and back to an earlier one only once it has proved itself.
///
/// Values in, decisions out; all times are monotonic microseconds.
struct HubChoice: Sendable {
    /// How long a hub may take to answer at the start before the next one is tried beside it.
    static let patience: Int64 = 1_000_000
    /// How long an earlier hub must have been there before it is gone back to; doubled each time it is lost soon after.
    static let firstTrial: Int64 = 10_000_000
    static let longestTrial: Int64 = 600_000_000

    private enum Standing {
        /// Whoever comes after it in the list is wanted from this moment on.
        case away(nextWantedAt: Int64)
        case there(since: Int64)
    }

    private struct Hub {
        var standing: Standing
        var trial = HubChoice.firstTrial
        /// When it became the current one.
        var chosen: Int64 = 0
    }

    private var hubs: [Hub]
    private(set) var current: Int?

    /// - Parameter count: how many hubs are listed, at least one.
    init(count: Int, at now: Int64) {
        hubs = Array(repeating: Hub(standing: .away(nextWantedAt: now + Self.patience)), count: count)
    }

    /// It has answered a hello.
    mutating func answered(_ index: Int, at now: Int64) {
        if case .there = hubs[index].standing { return }
        hubs[index].standing = .there(since: now)
    }

    /// It is gone, does not answer, or refuses us.
    mutating func lost(_ index: Int, at now: Int64) {
        if current == index {
            current = nil
            let isSoon = now - hubs[index].chosen < Self.longestTrial
            hubs[index].trial = isSoon ? min(hubs[index].trial * 2, Self.longestTrial) : Self.firstTrial
        }
        guard case .there = hubs[index].standing else {
            // Its first try may have failed before its patience was over.
            if case .away(let moment) = hubs[index].standing {
                hubs[index].standing = .away(nextWantedAt: min(moment, now))
            }
            return
        }
        hubs[index].standing = .away(nextWantedAt: now)
    }

    /// Whether there should be a connection to it: to the first always, to another while all before it are away.
    func isWanted(_ index: Int, at now: Int64) -> Bool {
        if let current, index <= current { return index == 0 || index == current || isWantedByOrder(index, at: now) }
        return isWantedByOrder(index, at: now)
    }

    private func isWantedByOrder(_ index: Int, at now: Int64) -> Bool {
        hubs[..<index].allSatisfy { if case .away(let moment) = $0.standing { moment <= now } else { false } }
    }

    /// Chooses anew, while no request is under way. Returns the new choice where it is another than before.
    mutating func choose(at now: Int64) -> Int? {
        let there = hubs.indices.first { index in
            guard case .there(let since) = hubs[index].standing else { return false }
            guard let current else { return true }
            return index < current && now - since >= hubs[index].trial
        }
        guard let there else { return nil }
        current = there
        hubs[there].chosen = now
        return there
    }

    /// When ``isWanted(_:at:)`` or ``choose(at:)`` may change by time alone.
    func nextDeadline(after now: Int64) -> Int64? {
        var moments: [Int64] = []
        for (index, hub) in hubs.enumerated() {
            switch hub.standing {
            case .away(let moment): if index + 1 < hubs.count { moments.append(moment) }
            case .there(let since): if let current, index < current { moments.append(since + hub.trial) }
            }
        }
        return moments.filter { $0 > now }.min()
    }
}
