internal import Glibc

/// A thread that does one job after the other, in their order, and posts what came of each: for what blocks.
public final class Worker<Job: Sendable, Outcome: Sendable>: Sendable {
    /// What came of the jobs, for the thread that gives them.
    public let outcomes: Mailbox<Outcome>
    private let jobs: Mailbox<Job>
    private let stop: Wakeup
    private let ended: Wakeup

    /// - Parameters:
    ///   - name: of the thread, 15 bytes at most.
    ///   - work: may block; it is to come back soon once the wake-up that is handed to it is signalled.
    public init(
        _ name: String, _ work: @escaping @Sendable (Job, Wakeup) -> Outcome
    ) throws(SystemError) {
        let (outcomes, jobs) = (try Mailbox<Outcome>(), try Mailbox<Job>())
        let (stop, ended) = (try Wakeup(), try Wakeup())
        (self.outcomes, self.jobs, self.stop, self.ended) = (outcomes, jobs, stop, ended)
        startThread(name) {
            while Self.wait(for: jobs.fileDescriptor, or: stop.fileDescriptor) {
                for job in jobs.drain() {
                    if Self.isReadable(stop.fileDescriptor) { break }
                    outcomes.post(work(job, stop))
                }
            }
            ended.signal()
        }
    }

    public func add(_ job: Job) { jobs.post(job) }

    /// Ends the job that is under way, forgets the others, and returns when the thread is done.
    public func end() {
        stop.signal()
        _ = Self.wait(for: ended.fileDescriptor, or: -1)
    }

    /// False where the second became readable, or nothing can be waited for.
    private static func wait(for first: Int32, or second: Int32) -> Bool {
        var watched = [first, second].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&watched, 2, -1) < 0 {
            guard errno == EINTR else { return false }
        }
        return watched[1].revents == 0
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 1
    }
}
