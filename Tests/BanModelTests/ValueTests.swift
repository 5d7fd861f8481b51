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

    @Test func `what is merged does not depend on order, grouping or doubling`() {
        let states = [1, 2].flatMap { version in
            [false, true].flatMap { isLifted in
                [5, 9].flatMap { until in
                    [until, 20].map {
                        Report.State(
                            version: version, isLifted: isLifted, until: .seconds(Int64(until)),
                            forget: .seconds(Int64($0)))
                    }
                }
            }
        }
        for one in states {
            #expect(one.merged(with: one) == one)
            for other in states {
                let both = one.merged(with: other)
                #expect(both == other.merged(with: one))
                #expect(both.merged(with: one) == both)
                for third in states {
                    #expect(both.merged(with: third) == one.merged(with: other.merged(with: third)))
                }
            }
        }
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_252_284_014_999, "2026-11-21T09:11:24.014Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (.max, "forever"), (.max - 1, "294247-01-10T04:00:54.775Z"),
        ] as [(Int64, String)]) func `a moment is written as RFC 3339 has it`(microseconds: Int64, text: String)
    {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }
}
