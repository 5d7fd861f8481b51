import Glibc
import LinuxSystem
import OwnThread
import Testing

@Suite(.timeLimit(.minutes(10))) struct WorkerTests {
    /// The next outcomes, waited for on a thread of their own.
    private func outcomes<Job, Outcome>(of worker: Worker<Job, Outcome>, _ count: Int) async -> [Outcome] {
        await onOwnThread("waits") {
            var all: [Outcome] = []
            while all.count < count {
                var watched = pollfd(fd: worker.outcomes.fileDescriptor, events: Int16(POLLIN), revents: 0)
                poll(&watched, 1, -1)
                all += worker.outcomes.drain()
            }
            return all
        }
    }

    @Test func `jobs are done one after the other, in their order`() async throws {
        let worker = try Worker("worker") { (job: Int, _) in job * 2 }
        for job in 0..<1000 { worker.add(job) }
        #expect(await outcomes(of: worker, 1000) == (0..<1000).map { $0 * 2 })
        worker.end()
    }

    @Test func `the end stops the job under way, and begins no other`() async throws {
        let begun = try Mailbox<Int>()
        let worker = try Worker("worker") { (job: Int, stop: Wakeup) in
            begun.post(job)
            var watched = pollfd(fd: stop.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, -1)
            return job
        }
        worker.add(1)
        worker.add(2)
        await onOwnThread("waits") {
            var watched = pollfd(fd: begun.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, -1)
        }
        await onOwnThread("ends") { worker.end() }
        #expect(worker.outcomes.drain() == [1])
        #expect(begun.drain() == [1])
    }

    @Test func `an idle worker ends`() async throws {
        let worker = try Worker("worker") { (job: Int, _) in job }
        await onOwnThread("ends") { worker.end() }
        #expect(worker.outcomes.drain() == [])
    }
}
