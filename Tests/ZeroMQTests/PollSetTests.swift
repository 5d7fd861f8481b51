import Foundation
import LinuxSystem
import OwnThread
import Testing

@testable import ZeroMQ

@Suite(.timeLimit(.minutes(10))) struct PollSetTests {
    @Test func `a wake-up from another thread ends a wait for ever`() async throws {
        let wakeup = try Wakeup()
        let waiting = try Wakeup()
        let context = try Context()
        async let ready = onOwnThread("polls") {
            Result {
                let socket = try Socket(.router, in: context)
                var poll = PollSet()
                let forMessages = poll.add(socket, for: .reading)
                let forWakeup = poll.add(fileDescriptor: wakeup.fileDescriptor)
                waiting.signal()
                let any = try poll.wait(timeout: nil)
                return [any, poll.isReady(forMessages), poll.isReady(forWakeup)]
            }
        }
        try await becomesReadable(waiting.fileDescriptor)
        wakeup.signal()
        #expect(try await ready.get() == [true, false, true])
    }

    @Test func `a wait tells which of many is ready, and for what`() throws {
        let context = try Context()
        var left = try Socket(.pair, in: context)
        var right = try Socket(.pair, in: context)
        try left.bind("inproc://which")
        try right.connect("inproc://which")
        let wakeup = try Wakeup()
        var poll = PollSet()
        let indices = [
            poll.add(left, for: [.reading, .writing]), poll.add(right, for: .reading),
            poll.add(fileDescriptor: wakeup.fileDescriptor),
        ]
        #expect(indices == [0, 1, 2])
        #expect(try left.send([1]))
        #expect(try poll.wait(timeout: nil))
        #expect(poll.isReady(0) && poll.isReady(0, for: .writing) && !poll.isReady(0, for: .reading))
        #expect(poll.isReady(1) && !poll.isReady(2))

        poll.removeAll()
        #expect(poll.add(fileDescriptor: wakeup.fileDescriptor) == 0)
        #expect(try !poll.wait(timeout: .zero))
        #expect(!poll.isReady(0))
    }

    @Test func `a socket that is muted wakes nobody, and what came meanwhile is there afterwards`() throws {
        let context = try Context()
        var left = try Socket(.pair, in: context)
        var right = try Socket(.pair, in: context)
        try left.bind("inproc://muted")
        try right.connect("inproc://muted")
        #expect(try left.send([1]))
        var poll = PollSet()
        let messages = poll.add(right, for: .reading)
        poll.mute(messages, true)
        #expect(try !poll.wait(timeout: .milliseconds(20)))
        #expect(!poll.isReady(messages))
        poll.mute(messages, false)
        #expect(try poll.wait(timeout: nil))
        #expect(poll.isReady(messages))
    }

    @Test(arguments: [0, 1, 999, 1000, 1001, 2500, 20_300])
    func `a deadline is never polled early`(microseconds: Int64) throws {
        let wakeup = try Wakeup()
        var poll = PollSet()
        poll.add(fileDescriptor: wakeup.fileDescriptor)
        let start = SystemClock.monotonic()
        #expect(try !poll.wait(timeout: .microseconds(microseconds)))
        #expect(SystemClock.monotonic() >= start + microseconds)
    }

    @Test(arguments: [(-5_000_000, 0), (0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2), (60_000_000, 60_000)])
    func `what is left of a wait is rounded up, and never negative`(left: Int64, milliseconds: Int) {
        #expect(PollSet.milliseconds(from: 7_000_123, until: 7_000_123 + left) == milliseconds)
    }

    @Test func `a deadline is rounded up too, and as far as one likes`() {
        let now = SystemClock.monotonic()
        let far = PollSet.deadline(after: .seconds(Int64.max))
        #expect(far > now + (1 << 59))
        #expect(PollSet.milliseconds(from: now, until: far) > 1 << 49)
        #expect(PollSet.deadline(after: .seconds(-5)) <= SystemClock.monotonic())
        #expect(PollSet.deadline(after: .nanoseconds(1)) > now)
    }

    @Test func `a signal in between does not shorten the wait`() async throws {
        // A handler without SA_RESTART: poll(2) answers EINTR whatever the flag.
        signal(SIGURG) { _ in }
        let wakeup = try Wakeup()
        let started = try Mailbox<UInt>()
        let finished = try Wakeup()
        async let waited = onOwnThread("interrupted") {
            Result {
                var poll = PollSet()
                poll.add(fileDescriptor: wakeup.fileDescriptor)
                started.post(UInt(pthread_self()))
                let start = SystemClock.monotonic()
                let ready = try poll.wait(timeout: .milliseconds(200))
                let time = SystemClock.monotonic() - start
                // Signals go to this thread, so it must not end before the last of them.
                poll.removeAll()
                poll.add(fileDescriptor: finished.fileDescriptor)
                try poll.wait(timeout: nil)
                return (ready, time)
            }
        }
        do {
            defer { finished.signal() }
            try await becomesReadable(started.fileDescriptor)
            let target = try #require(started.drain().first)
            for _ in 0..<5 {
                #expect(pthread_kill(pthread_t(target), SIGURG) == 0)
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        let (ready, time) = try await waited.get()
        #expect(!ready)
        #expect(time >= 200_000)
    }
}
