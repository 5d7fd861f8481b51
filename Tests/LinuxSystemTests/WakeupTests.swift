import OwnThread
import Testing

@testable import LinuxSystem

@Suite(.timeLimit(.minutes(10))) struct WakeupTests {
    @Test func `a signal makes the descriptor readable until it is cleared`() throws {
        let wakeup = try Wakeup()
        #expect(!becomesReadable(wakeup.fileDescriptor, within: 0))
        wakeup.signal()
        wakeup.signal()
        #expect(becomesReadable(wakeup.fileDescriptor, within: 0))
        wakeup.clear()
        #expect(!becomesReadable(wakeup.fileDescriptor, within: 0))
        wakeup.clear()
        wakeup.signal()
        #expect(becomesReadable(wakeup.fileDescriptor, within: 0))
    }

    @Test func `a signal from one thread ends the wait of another`() async throws {
        let wakeup = try Wakeup()
        async let woken = onOwnThread("waits") { becomesReadable(wakeup.fileDescriptor) }
        wakeup.signal()
        #expect(await woken)
    }

    @Test func `what is posted is drained once, in order`() throws {
        let mailbox = try Mailbox<Int>()
        #expect(mailbox.drain().isEmpty)
        for number in 1...3 { mailbox.post(number) }
        #expect(becomesReadable(mailbox.fileDescriptor, within: 0))
        #expect(mailbox.drain() == [1, 2, 3])
        #expect(!becomesReadable(mailbox.fileDescriptor, within: 0))
        #expect(mailbox.drain().isEmpty)
    }

    @Test func `what is posted in the middle of a drain is in it, or wakes up again`() throws {
        let mailbox = try Mailbox<Int>()
        for waiting in [[], [1]] {
            for number in waiting { mailbox.post(number) }
            let drained = mailbox.drain { mailbox.post(2) }
            #expect(drained == waiting + [2] || becomesReadable(mailbox.fileDescriptor, within: 0))
            #expect(drained + mailbox.drain() == waiting + [2])
        }
    }

    @Test func `nothing that four threads post is lost or out of order`() async throws {
        let mailbox = try Mailbox<[Int]>()
        let count = 5000
        await withTaskGroup { group in
            for poster in 0..<4 {
                group.addTask {
                    await onOwnThread("posts") { for number in 0..<count { mailbox.post([poster, number]) } }
                }
            }
            group.addTask {
                let next = await onOwnThread("drains") { () -> [Int] in
                    var next = [0, 0, 0, 0]
                    // A wake-up that got lost would leave us here.
                    while next != [count, count, count, count], becomesReadable(mailbox.fileDescriptor) {
                        for pair in mailbox.drain() where next[pair[0]] == pair[1] { next[pair[0]] += 1 }
                    }
                    return next
                }
                #expect(next == [count, count, count, count])
            }
        }
    }

    @Test func `four threads that add up under a lock miss nothing`() async {
        let sum = Guarded(0)
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask { await onOwnThread("adds") { for _ in 0..<10_000 { sum.withLock { $0 += 1 } } } }
            }
        }
        #expect(sum.withLock { $0 } == 40_000)
    }

    @Test func `a lock is let go when its body throws`() {
        let text = Guarded("old")
        #expect(throws: CancellationError.self) {
            try text.withLock { text in
                text = "new"
                throw CancellationError()
            }
        }
        #expect(text.withLock { $0 } == "new")
    }
}
