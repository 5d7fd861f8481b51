import ClusterCore
import Testing

@Suite struct ReplyQueueTests {
    @Test func `a reply waits for all that was given to the disk before it`() {
        var queue = ReplyQueue<Int>()
        #expect(queue.add(0) == 0, "nothing was given: nothing is waited for")
        let (first, second) = (queue.next(), queue.next())
        #expect(queue.add(1) == nil)
        #expect(queue.stored(upTo: first) == [])
        #expect(queue.stored(upTo: second) == [1])
        #expect(queue.add(2) == 2)
    }

    @Test func `schedule 14: a report that comes again without news is answered no earlier than the first`() {
        var queue = ReplyQueue<String>()
        let ticket = queue.next()
        #expect(queue.add("first") == nil)
        #expect(queue.add("again") == nil)
        #expect(queue.stored(upTo: ticket) == ["first", "again"])
    }

    @Test func `what the disk does not take is refused where that is understood, and waits elsewhere`() {
        var queue = ReplyQueue<Int>()
        _ = queue.next()
        for reply in 1...4 { _ = queue.add(reply) }
        #expect(queue.failed("full", where: { $0.isMultiple(of: 2) }) == [2, 4])
        #expect(queue.trouble == "full")
        #expect(queue.count == 2)
        #expect(queue.add(6) == nil, "the disk still has not got it")
        #expect(queue.stored(upTo: queue.next() - 1) == [1, 3, 6])
        #expect(queue.trouble == nil)
    }
}
