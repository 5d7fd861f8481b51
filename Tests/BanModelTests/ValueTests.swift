import BanModel
import Testing

@Suite struct ValueTests {
    @Test(arguments: ["sshd", "a", "postfix-sasl", "my.jail_2", String(repeating: "j", count: 64)])
    func `a jail's name is what fail2ban takes`(name: String) {
        #expect(Jail(name)?.name == name)
    }

    @Test(arguments: ["", " sshd", "ssh d", "ssh|d", "sshd\n", "ü", String(repeating: "j", count: 65)])
    func `nothing else is a jail's name`(name: String) {
        #expect(Jail(name) == nil)
    }

    @Test(arguments: ["", "a|b", "a b", "a\u{0}", String(repeating: "h", count: 254)])
    func `a host's name has no bar and no blank`(name: String) {
        #expect(Host(name) == nil)
    }

    @Test func `for ever stays for ever, and no sum overflows`() {
        #expect(Timestamp.forever + .seconds(-10) == .forever)
        #expect(Timestamp.seconds(10) + .seconds(Int64.max) == .forever)
        #expect(Timestamp.seconds(10) - .seconds(3) == .seconds(7))
        #expect(Timestamp.seconds(10) - Timestamp.seconds(3) == .seconds(7))
        #expect(Timestamp.seconds(1) + .nanoseconds(1500) == Timestamp(microseconds: 1_000_001))
    }

    @Test func `of two states the greater version wins, then lifted, then the later end`() {
        func state(_ version: Version, _ isLifted: Bool, _ until: Int64) -> Report.State {
            Report.State(version: version, isLifted: isLifted, until: .seconds(until))
        }
        let ascending = [
            state(1, false, 5), state(1, false, 6), state(1, true, 4), state(1, true, 9), state(2, false, 1),
            state(2, true, 0),
        ]
        for (low, one) in ascending.enumerated() {
            for (high, other) in ascending.enumerated() { #expect((one < other) == (low < high)) }
        }
    }
}
