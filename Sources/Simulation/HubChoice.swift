/// Which hub a monitor uses, as HubClient chooses: the first that answers, and back to an earlier one once it has proved
/// itself.
struct HubChoice {
    private static let patience: Int64 = 1_000_000
    private static let trial: Int64 = 10_000_000

    private enum Standing {
        case away(nextWantedAt: Int64)
        case there(since: Int64)
    }

    private var hubs: [Standing]
    private(set) var current: Int?
    /// The one that was greeted when it was chosen.
    var greeted: Int?

    init(at now: Int64 = 0) { hubs = Array(repeating: .away(nextWantedAt: now + Self.patience), count: Shape.hubs) }

    mutating func answered(_ index: Int, at now: Int64) {
        if case .there = hubs[index] { return }
        hubs[index] = .there(since: now)
    }

    mutating func lost(_ index: Int, at now: Int64) {
        if current == index { current = nil }
        switch hubs[index] {
        case .there: hubs[index] = .away(nextWantedAt: now)
        case .away(let moment): hubs[index] = .away(nextWantedAt: min(moment, now))
        }
    }

    func isWanted(_ index: Int, at now: Int64) -> Bool {
        if index == 0 || index == current { return true }
        return hubs[..<index].allSatisfy { if case .away(let moment) = $0 { moment <= now } else { false } }
    }

    mutating func choose(at now: Int64) {
        let there = hubs.indices.first { index in
            guard case .there(let since) = hubs[index] else { return false }
            guard let current else { return true }
            return index < current && now - since >= Self.trial
        }
        if let there { current = there }
    }

    func nextDeadline(after now: Int64) -> Int64? {
        var next: Int64?
        for (index, standing) in hubs.enumerated() {
            let moment: Int64
            switch standing {
            case .away(let wanted) where index + 1 < hubs.count: moment = wanted
            case .there(let since) where index < current ?? 0: moment = since + Self.trial
            case .away, .there: continue
            }
            if moment > now { next = min(next ?? moment, moment) }
        }
        return next
    }
}
