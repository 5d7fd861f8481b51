import BanModel
import Testing

@testable import ClusterCore

@Suite struct DeadlineQueueTests {
    @Test func `a key is handed out once, at the earliest time that was asked for`() {
        var queue = DeadlineQueue<Int>()
        for time in [30.0, 10, 20] { queue.add(1, at: .at(time)) }
        queue.add(2, at: .at(15))
        #expect(queue.next == .at(10))
        #expect(queue.takeDue(at: .at(9)) == [])
        #expect(queue.takeDue(at: .at(100)) == [1, 2])
        #expect(queue.takeDue(at: .at(100)) == [])
    }

    @Test func `a key can be added again when it was handed out`() {
        var queue = DeadlineQueue<Int>()
        queue.add(1, at: .at(10))
        _ = queue.takeDue(at: .at(10))
        queue.add(1, at: .at(20))
        #expect(queue.takeDue(at: .at(20)) == [1])
    }

    @Test func `for ever is never due`() {
        var queue = DeadlineQueue<Int>()
        queue.add(1, at: .forever)
        #expect(queue.next == nil)
    }

    @Test func `an address that is banned again and again takes no memory`() {
        var queue = DeadlineQueue<Int>()
        for number in 0..<10_000 { queue.add(number % 3, at: .at(Double(number))) }
        for number in 0..<10_000 { queue.add(number % 3, at: .at(-Double(number))) }
        #expect(queue.count < 200)
        #expect(Set(queue.takeDue(at: .at(0))) == [0, 1, 2])
    }
}
