internal import DequeModule

/// Questions whose answers are long: they wait, in their order, so that news passes them.
public struct QuestionQueue<Peer: Hashable & Sendable, Question: Sendable>: Sendable {
    /// Of one peer: more answers than a few it could not have without reading them.
    static var mostOfOne: Int { 16 }
    /// Of all.
    static var most: Int { 5_000 }

    private var waiting = Deque<(peer: Peer, question: Question)>()
    private var counts: [Peer: Int] = [:]

    public init() {}

    public var isEmpty: Bool { waiting.isEmpty }

    /// Returns false where too many wait, of this peer or of all.
    public mutating func add(_ question: Question, of peer: Peer) -> Bool {
        let count = counts[peer, default: 0]
        guard count < Self.mostOfOne, waiting.count < Self.most else { return false }
        counts[peer] = count + 1
        waiting.append((peer, question))
        return true
    }

    /// The one that has waited longest, taken out.
    public mutating func next() -> (peer: Peer, question: Question)? {
        guard let first = waiting.popFirst() else { return nil }
        let count = counts[first.peer, default: 1] - 1
        counts[first.peer] = count == 0 ? nil : count
        return first
    }
}
