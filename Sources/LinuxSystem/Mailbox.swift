/// Values for a thread that waits in a poll: any thread posts, one drains.
public final class Mailbox<Element: Sendable>: Sendable {
    private let wakeup: Wakeup
    private let waiting = Guarded<[Element]>([])

    public init() throws(SystemError) { wakeup = try Wakeup() }

    /// Readable while something waits; closed with this object.
    public var fileDescriptor: Int32 { wakeup.fileDescriptor }

    /// From any thread; never blocks. What one thread posts is drained in its order.
    public func post(_ element: Element) {
        let wasEmpty = waiting.withLock { waiting in
            waiting.append(element)
            return waiting.count == 1
        }
        // Whoever found it empty signals for all that come before the next drain.
        if wasEmpty { wakeup.signal() }
    }

    /// Everything posted since the last call, oldest first; empty where nothing was.
    public func drain() -> [Element] { drain {} }

    /// - Parameter between: where a test posts, because the other order would lose that post's wake-up.
    func drain(_ between: () -> Void) -> [Element] {
        wakeup.clear()
        between()
        return waiting.withLock { waiting in
            let taken = waiting
            waiting = []
            return taken
        }
    }
}
