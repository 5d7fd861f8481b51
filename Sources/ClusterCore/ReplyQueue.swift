internal import DequeModule

/// Replies that wait until all that they vouch for is on disk.
///
/// Each turn of the hub gives the disk what changed under a ticket, higher than the one before; a reply that found nothing
/// to change vouches for what was given before it.
public struct ReplyQueue<Reply: Sendable>: Sendable {
    private var waiting = Deque<(ticket: UInt64, reply: Reply)>()
    /// The last that was given to the disk.
    private var given: UInt64 = 0
    /// The last of which the disk has given word.
    private var stored: UInt64 = 0
    /// Why the disk takes nothing now; nil: it does.
    public private(set) var trouble: String?

    public init() {}

    public var count: Int { waiting.count }

    /// The ticket for changes that are about to be given to the disk.
    public mutating func next() -> UInt64 {
        given += 1
        return given
    }

    /// Keeps the reply, or returns it where all that was given is on disk.
    public mutating func add(_ reply: Reply) -> Reply? {
        guard stored < given else { return reply }
        waiting.append((given, reply))
        return nil
    }

    /// The disk has all up to this ticket. Returns the replies that may go now, in their order.
    public mutating func stored(upTo ticket: UInt64) -> [Reply] {
        stored = max(stored, ticket)
        trouble = nil
        var ready: [Reply] = []
        while let first = waiting.first, first.ticket <= stored { ready.append(waiting.removeFirst().reply) }
        return ready
    }

    /// The disk does not take what it was given. Returns the replies that are to be refused instead.
    ///
    /// - Parameter isRefusable: who asked in the old form waits, and gets an answer once the disk takes it.
    public mutating func failed(_ reason: String, where isRefusable: (Reply) -> Bool) -> [Reply] {
        trouble = reason
        let refused = waiting.filter { isRefusable($0.reply) }.map(\.reply)
        waiting.removeAll { isRefusable($0.reply) }
        return refused
    }
}
