import Testing

@testable import ClusterCore

@Suite struct QuestionQueueTests {
    private typealias Queue = QuestionQueue<String, Int>

    @Test func `questions come out in their order, whoever asks`() {
        var queue = Queue()
        for (number, peer) in ["a", "b", "a", "c"].enumerated() { #expect(queue.add(number, of: peer) == true) }
        var order: [String] = []
        while let (peer, question) = queue.next() { order.append("\(peer)\(question)") }
        #expect(order == ["a0", "b1", "a2", "c3"])
        #expect(queue.isEmpty)
    }

    @Test func `one peer may have a few waiting, and as many again once these are answered; others are heard`() {
        var queue = Queue()
        for round in 0..<2 {
            for number in 0..<Queue.mostOfOne { #expect(queue.add(number, of: "a") == true) }
            #expect(queue.add(0, of: "a") == false)
            #expect(queue.add(round, of: "b") == true)
            for _ in 0...Queue.mostOfOne { #expect(queue.next() != nil) }
            #expect(queue.next() == nil)
        }
    }

    @Test func `of all together no more than a bound wait`() {
        var queue = Queue()
        for number in 0..<Queue.most { #expect(queue.add(number, of: "\(number)") == true) }
        #expect(queue.add(0, of: "another") == false)
        _ = queue.next()
        #expect(queue.add(0, of: "another") == true)
    }
}
