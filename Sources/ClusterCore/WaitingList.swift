internal import BanModel
internal import DequeModule

/// What may differ from what should hold, in lanes: what waits in one lane does not hold up another.
struct WaitingList: Sendable {
    /// A jail, or nil where all goes one way.
    typealias Lane = Jail?

    private var lanes: [Lane: Deque<Subject>] = [:]
    private var turns = Deque<Lane>()
    /// With the number under which each was added: they only grow.
    private var members: [Subject: UInt64] = [:]
    /// The number of what is added next.
    private(set) var nextNumber: UInt64 = 0

    /// The lanes in which something waits.
    var inLanes: some Sequence<Lane> { turns }

    /// Puts it at the end of its lane, unless it waits already.
    mutating func add(_ placement: Subject, to lane: Lane) {
        guard members[placement] == nil else { return }
        members[placement] = nextNumber
        nextNumber += 1
        if lanes[lane] == nil { turns.append(lane) }
        lanes[lane, default: []].append(placement)
    }

    /// The lane whose turn it is; it goes last next time.
    mutating func nextLane(except blocked: Set<Lane>) -> Lane? {
        guard let index = turns.firstIndex(where: { !blocked.contains($0) }) else { return nil }
        let lane = turns.remove(at: index)
        turns.append(lane)
        return .some(lane)
    }

    /// The lowest number of what waits.
    var oldest: UInt64? {
        var oldest: UInt64?
        for lane in turns {
            guard let first = lanes[lane]?.first, let number = members[first] else { continue }
            oldest = min(oldest ?? number, number)
        }
        return oldest
    }

    /// Takes out what has waited longest in this lane, and its number.
    mutating func takeFirst(in lane: Lane) -> (placement: Subject, number: UInt64)? {
        guard let placement = lanes[lane]?.popFirst(), let number = members.removeValue(forKey: placement) else {
            return nil
        }
        if lanes[lane]?.isEmpty == true {
            lanes[lane] = nil
            turns.removeAll { $0 == lane }
        }
        return (placement, number)
    }

    /// What was taken from this lane, in this order, goes to its beginning again.
    mutating func putBack(_ taken: [(placement: Subject, number: UInt64)], in lane: Lane) {
        guard !taken.isEmpty else { return }
        if lanes[lane] == nil { turns.append(lane) }
        lanes[lane, default: []].prepend(contentsOf: taken.map(\.placement))
        for (placement, number) in taken { members[placement] = number }
    }
}
