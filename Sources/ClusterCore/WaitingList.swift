internal import BanModel
internal import DequeModule

/// What may differ from what should hold, in lanes: what waits in one lane does not hold up another.
struct WaitingList: Sendable {
    /// A jail, or nil where all goes one way.
    typealias Lane = Jail?

    private var lanes: [Lane: Deque<Subject>] = [:]
    private var turns = Deque<Lane>()
    private var members: Set<Subject> = []

    /// The lanes in which something waits.
    var inLanes: some Sequence<Lane> { turns }

    /// Puts it at the end of its lane, unless it waits already.
    mutating func add(_ placement: Subject, to lane: Lane) {
        guard members.insert(placement).inserted else { return }
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

    /// Takes out what has waited longest in this lane.
    mutating func takeFirst(in lane: Lane) -> Subject? {
        guard let placement = lanes[lane]?.popFirst() else { return nil }
        members.remove(placement)
        if lanes[lane]?.isEmpty == true {
            lanes[lane] = nil
            turns.removeAll { $0 == lane }
        }
        return placement
    }

    /// What was taken from this lane, in this order, goes to its beginning again.
    mutating func putBack(_ placements: [Subject], in lane: Lane) {
        guard !placements.isEmpty else { return }
        if lanes[lane] == nil { turns.append(lane) }
        lanes[lane, default: []].prepend(contentsOf: placements)
        members.formUnion(placements)
    }
}
