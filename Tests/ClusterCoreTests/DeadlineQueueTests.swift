import BanModel
import Testing

@testable import ClusterCore

@Suite struct DeadlineQueueTests {
    /// What two say of one subject, and what one of them says of another.
    private static let claims = [
        HostClaim(.log, Subject(Jail("sshd")!, address("192.0.2.1"))),
        HostClaim(.action, Subject(Jail("sshd")!, address("192.0.2.1"))),
        HostClaim(.log, Subject(Jail("web")!, address("192.0.2.1"))),
    ]

    @Test func `a key is handed out once, at the earliest time that was asked for`() {
        var queue = DeadlineQueue<HostClaim>()
        for time in [30.0, 10, 20] { queue.add(Self.claims[1], at: .at(time)) }
        queue.add(Self.claims[2], at: .at(15))
        #expect(queue.next == .at(10))
        #expect(queue.takeDue(at: .at(9)) == [])
        #expect(queue.takeDue(at: .at(100)) == Array(Self.claims[1...]))
        #expect(queue.takeDue(at: .at(100)) == [])
    }

    @Test func `a key can be added again when it was handed out`() {
        var queue = DeadlineQueue<HostClaim>()
        queue.add(Self.claims[1], at: .at(10))
        _ = queue.takeDue(at: .at(10))
        queue.add(Self.claims[1], at: .at(20))
        #expect(queue.takeDue(at: .at(20)) == [Self.claims[1]])
    }

    @Test func `an earlier time that was asked for before does not hand it out again`() {
        var queue = DeadlineQueue<HostClaim>()
        for time in [30.0, 10] { queue.add(Self.claims[1], at: .at(time)) }
        _ = queue.takeDue(at: .at(10))
        queue.add(Self.claims[1], at: .at(40))
        queue.add(Self.claims[2], at: .at(50))
        #expect(queue.takeDue(at: .at(39)) == [])
        #expect(queue.takeDue(at: .at(50)) == [Self.claims[1], Self.claims[2]])
    }

    @Test func `for ever is never due`() {
        var queue = DeadlineQueue<HostClaim>()
        queue.add(Self.claims[1], at: .forever)
        #expect(queue.next == nil)
    }

    @Test func `an address that is banned again and again takes no memory`() {
        var queue = DeadlineQueue<HostClaim>()
        for number in 0..<10_000 { queue.add(Self.claims[number % 3], at: .at(Double(number))) }
        for number in 0..<10_000 { queue.add(Self.claims[number % 3], at: .at(-Double(number))) }
        #expect(queue.count < 200)
        #expect(Set(queue.takeDue(at: .at(0))) == Set(Self.claims))
    }
}
