import BanModel
import ClusterCore
import Testing

/// A hub's core, and what it broadcasts in the old form.
struct HubRig {
    static let settings = Hub.Settings(
        tokens: nil, ignored: [], bantime: .seconds(86_400), maximumBantime: .seconds(30 * 86_400))

    var hub: Hub
    var now = start
    /// `a|sshd|Ban|198.51.100.1`
    var broadcasts: [String] = []

    /// The addresses that a subscriber of the old form has banned, by what it heard.
    var banned: Set<String> {
        var voices: [String: Set<String>] = [:]
        for fields in broadcasts.map({ $0.split(separator: "|").map(String.init) }) {
            if fields[2] == "Ban" {
                voices[fields[3], default: []].insert("\(fields[0])|\(fields[1])")
            } else {
                voices[fields[3]]?.remove("\(fields[0])|\(fields[1])")
            }
        }
        return Set(voices.filter { !$0.value.isEmpty }.keys)
    }

    init(_ settings: Hub.Settings = settings) { hub = Hub(settings: settings, epoch: 7) }

    static func settings(tokens: Set<String>? = nil, ignored: [Address] = []) -> Hub.Settings {
        var settings = Self.settings
        (settings.tokens, settings.ignored) = (tokens, ignored)
        return settings
    }

    /// In the old form. Returns why it was refused.
    @discardableResult
    mutating func say(
        _ action: Announcement.Action, _ text: String, host: String = "a", jail: String = "sshd", token: String? = nil
    ) -> HubRefusal? {
        let subject = Subject(Jail(jail)!, address(text))
        return heard(hub.take(Announcement(Host(host)!, subject, action), token: token, at: now)).refusal
    }

    /// In the new form.
    @discardableResult
    mutating func report(_ reports: [Report], as host: String = "a", instance: UInt64 = 1, token: String? = nil)
        -> Hub.Outcome
    {
        heard(hub.take(reports, from: Host(host)!, Instance(number: instance), token: token, at: now))
    }

    @discardableResult
    mutating func heard(_ outcome: Hub.Outcome) -> Hub.Outcome {
        broadcasts += outcome.broadcasts.map(\.description)
        return outcome
    }

    /// With every deadline on the way in its turn.
    mutating func wait(until seconds: Double) { wait(until: .at(seconds)) }

    mutating func wait(until time: Timestamp) {
        while let next = hub.nextDeadline, next <= time {
            now = max(now, next)
            heard(hub.advance(to: now))
        }
        jump(to: time)
    }

    /// The clock shows another time, without a moment passing.
    mutating func jump(to time: Timestamp) {
        now = time
        heard(hub.advance(to: now))
    }

    /// Three reports an answer; nil where it is refused.
    mutating func held(_ question: HeldQuestion, instance: UInt64 = 1, token: String? = nil) -> HeldAnswer? {
        try? hub.held(of: Host("a")!, Instance(number: instance), token: token, question, atMost: 3, at: now).get()
    }

    mutating func greet(_ host: String = "a", instance: UInt64? = 1, token: String? = nil) throws -> HubGreeting {
        try hub.greet(
            Host(host)!, instance.map { Instance(number: $0) }, token: token, longestRequest: 4096,
            reportsPerRequest: 10, at: now
        ).get()
    }
}

func report(
    _ text: String, version: Int64 = 1, until seconds: Double? = 600, lifted: Bool = false, host: String = "a",
    jail: Jail = sshd, forget: Double? = nil
) -> Report {
    let state = Report.State(
        version: start.microseconds + version, isLifted: lifted, until: seconds.map { .at($0) } ?? .forever,
        forget: forget.map { .at($0) })
    return Report(origin: Origin(host: Host(host)!), subject: Subject(jail, address(text)), state: state)
}

@Suite struct HubTests {
    @Test func `without tokens everybody is taken, with a token or none`() {
        var rig = HubRig()
        #expect(rig.say(.ban, "198.51.100.1") == nil)
        #expect(rig.say(.ban, "198.51.100.1", token: "any") == nil)
        #expect(rig.report([report("198.51.100.2")], token: "any").refusal == nil)
    }

    @Test(arguments: [nil, "", "wrong", "secre", "secret "])
    func `with tokens only those count, and who has none may come again`(token: String?) throws {
        var rig = HubRig(HubRig.settings(tokens: ["secret", "other"]))
        #expect(rig.say(.ban, "198.51.100.1", token: token)?.verdict == .later)
        #expect(rig.report([report("198.51.100.1")], token: token).refusal?.verdict == .later)
        #expect(throws: HubRefusal.self) { try rig.greet(token: token) }
        #expect(rig.broadcasts == [])
        #expect(rig.say(.ban, "198.51.100.1", token: "secret") == nil)
        #expect(rig.report([report("198.51.100.2")], token: "other").refusal == nil)
        #expect(rig.broadcasts.count == 2)
    }

    @Test(arguments: ["0.0.0.0/0", "127.0.0.1", "::1", "10.0.0.0/8"])
    func `what may never be banned is refused for good, and its lift is not`(text: String) {
        var rig = HubRig()
        #expect(rig.say(.ban, text)?.verdict == .never)
        #expect(rig.say(.unban, text) == nil)
    }

    @Test func `schedule 6: a report that is refused for good does not stop those behind it`() {
        var rig = HubRig()
        let outcome = rig.report([report("198.51.100.1"), report("127.0.0.1"), report("198.51.100.2")])
        #expect(outcome.except.keys.sorted() == [1])
        #expect(outcome.except[1]?.verdict == .never)
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1", "a|sshd|Ban|198.51.100.2"])
    }

    @Test func `what several requests of one turn bring stays in its order`() {
        var rig = HubRig()
        let outcomes = (1...3).map { number in
            rig.report((0...1).map { report("192.0.2.\(10 * number + $0)", version: Int64(number)) })
        }
        var turn = Hub.Outcome()
        for outcome in outcomes { turn.add(outcome) }
        #expect(turn.news.count == 6)
        #expect(turn.news == outcomes.flatMap(\.news))
        #expect(turn.broadcasts.count == 6)
        #expect(turn.broadcasts == outcomes.flatMap(\.broadcasts))
    }

    @Test func `nobody speaks for another host`() {
        var rig = HubRig()
        let outcome = rig.report([report("198.51.100.1", host: "b")])
        #expect(outcome.except.mapValues(\.verdict) == [0: .never])
        #expect(rig.broadcasts == [])
    }

    @Test func `a person speaks beside the monitor of his host, whose instance he does not know`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1")], instance: 1)
        var person = report("198.51.100.2")
        person.origin.source = .person
        #expect(rig.report([person], instance: 2).refusal == nil)
        #expect(rig.report([report("198.51.100.3"), person], instance: 2).refusal?.verdict == .later)
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1", "a|sshd|Ban|198.51.100.2"])
    }

    // MARK: The merge

    @Test func `a version that came before changes nothing, however often it comes`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1", version: 1), report("198.51.100.1", version: 2, lifted: true)])
        rig.report([report("198.51.100.1", version: 1)])
        rig.report([report("198.51.100.1", version: 2, lifted: true)])
        rig.report([report("198.51.100.1", version: 3)])
        #expect(
            rig.broadcasts == [
                "a|sshd|Ban|198.51.100.1", "a|sshd|Unban|198.51.100.1", "a|sshd|Unban|198.51.100.1",
                "a|sshd|Ban|198.51.100.1",
            ])
    }

    @Test func `schedule 18: a lift outlives the longer ban that it ended`() throws {
        var rig = HubRig()
        rig.report([report("198.51.100.1", version: 1, until: 10_000)])
        rig.report([report("198.51.100.1", version: 2, until: 600, forget: 10_000)])
        rig.wait(until: 601)
        rig.report([report("198.51.100.1", version: 1, until: 10_000)])
        rig.wait(until: 9_999)
        rig.report([report("198.51.100.1", version: 1, until: 10_000)])
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1", "a|sshd|Unban|198.51.100.1"])
        #expect(try rig.greet().version == start.microseconds + 2)
        rig.wait(until: 10_001)
        #expect(try rig.greet().digest == ReportDigest())
        #expect(rig.hub.nextDeadline == nil)
    }

    @Test func `a version after which none can come ends nobody's process, and no greeting`() throws {
        var rig = HubRig()
        var last = report("198.51.100.1")
        last.state.version = .latest
        rig.report([last])
        rig.say(.ban, "198.51.100.1")
        rig.say(.unban, "198.51.100.1")
        #expect(rig.banned == [])
        #expect(try rig.greet().version == .latest)
    }

    // MARK: What peers of the old form hear

    @Test func `an end is broadcast at its time, as an Unban of everybody who vouched`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1", until: 600)])
        rig.report([report("198.51.100.1", until: 900, host: "b", jail: Jail("nginx")!)], as: "b")
        rig.wait(until: 899)
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1", "b|nginx|Ban|198.51.100.1"])
        rig.wait(until: 900)
        #expect(rig.broadcasts.dropFirst(2) == ["a|sshd|Unban|198.51.100.1", "b|nginx|Unban|198.51.100.1"])
        #expect(rig.hub.nextDeadline == nil)
    }

    @Test func `a lift frees nobody for whom another host vouches`() {
        var rig = HubRig()
        rig.say(.ban, "198.51.100.1")
        rig.report([report("198.51.100.1", host: "b")], as: "b")
        rig.say(.unban, "198.51.100.1")
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1", "b|sshd|Ban|198.51.100.1"])
        rig.report([report("198.51.100.1", version: 2, lifted: true, host: "b")], as: "b")
        #expect(rig.broadcasts.dropFirst(2) == ["a|sshd|Unban|198.51.100.1", "b|sshd|Unban|198.51.100.1"])
    }

    @Test func `an end that moves is no news to them`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1", version: 1, until: 600)])
        rig.report([report("198.51.100.1", version: 2, until: 1200)])
        rig.wait(until: 1199)
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1"])
        rig.wait(until: 1200)
        #expect(rig.broadcasts.count == 2)
    }

    @Test func `every word of an old monitor is passed on, also a lift of what nobody knows`() {
        var rig = HubRig()
        for _ in 1...2 { rig.say(.ban, "198.51.100.1") }
        rig.say(.unban, "198.51.100.9")
        #expect(
            rig.broadcasts == [
                "a|sshd|Ban|198.51.100.1", "a|sshd|Ban|198.51.100.1", "a|sshd|Unban|198.51.100.9",
            ])
    }

    @Test func `an old monitor's ban ends with the hub's bantime, no ban lasts longer than maxbantime`() {
        var rig = HubRig()
        rig.say(.ban, "198.51.100.1")
        rig.report([report("198.51.100.2", until: nil)])
        rig.wait(until: 86_400)
        #expect(rig.broadcasts.dropFirst(2) == ["a|sshd|Unban|198.51.100.1"])
        rig.wait(until: 30 * 86_400 - 1)
        #expect(rig.broadcasts.count == 3)
        rig.wait(until: 30 * 86_400 + 1)
        #expect(rig.broadcasts.dropFirst(3) == ["a|sshd|Unban|198.51.100.2"])
    }

    @Test func `schedule 32: who is exempt from now on is freed at once`() {
        var rig = HubRig()
        rig.report([report("198.51.100.1"), report("198.51.100.2")])
        let freed = rig.hub.reconfigure(HubRig.settings(ignored: [address("198.51.100.1")]), at: rig.now).broadcasts
        #expect(freed.map(\.description) == ["a|sshd|Unban|198.51.100.1"])
        #expect(rig.report([report("198.51.100.1", version: 2)]).except[0]?.verdict == .never)
    }

    // MARK: Greetings

    @Test func `a greeting tells what the hub keeps of this host alone`() throws {
        var rig = HubRig()
        #expect(try rig.greet().version == 0)
        #expect(try rig.greet().digest == ReportDigest())
        let own = [report("198.51.100.1", version: 5), report("198.51.100.2", version: 3, lifted: true)]
        rig.report(own)
        rig.report([report("198.51.100.1", version: 9, host: "b")], as: "b")
        var digest = ReportDigest()
        for report in own { digest.add(report) }
        let greeting = try rig.greet()
        #expect(greeting.version == start.microseconds + 5)
        #expect(greeting.digest == digest)
        #expect(greeting.epoch == 7)
        #expect(greeting.time == rig.now)
    }

    @Test func `schedule 30: two monitors of one name are told so, and are not both obeyed`() throws {
        var rig = HubRig()
        rig.report([report("198.51.100.1")], instance: 1)
        let second = rig.report([report("198.51.100.2")], instance: 2)
        #expect(second.refusal?.verdict == .later)
        #expect(second.refusal?.reason.contains("another monitor calls itself a") == true)
        #expect(throws: HubRefusal.self) { try rig.greet(instance: 2) }
        #expect(rig.report([report("198.51.100.3")], instance: 1).refusal == nil)
        // A host that was set up anew is let in once the other is silent.
        rig.now = .at(11)
        #expect(rig.report([report("198.51.100.4")], instance: 2).refusal == nil)
        #expect(rig.report([report("198.51.100.5")], instance: 1).refusal?.verdict == .later)
        #expect(rig.report([report("198.51.100.5", host: "b")], as: "b", instance: 1).refusal == nil)
    }

    @Test(arguments: ["203.0.113.5", "203.0.113.0/24"])
    func `schedule 29: the hub's own address, and a network around it, is refused by everybody`(text: String) {
        let own = [address("203.0.113.5")]
        var rig = HubRig(HubRig.settings(ignored: own))
        #expect(rig.say(.ban, text)?.verdict == .never)
        #expect(rig.report([report(text)]).except[0]?.verdict == .never)
        #expect(rig.say(.ban, "203.0.113.6") == nil)

        var settings = MonitorRig.settings
        settings.ignored = own
        var monitor = MonitorRig(settings: settings)
        monitor.fail2ban = running([text: 600, "203.0.113.6": 600], total: 2)
        monitor.begin()
        monitor.line(.banned(address(text)), at: 1)
        #expect(monitor.heard == ["Ban 203.0.113.6"])

        var subscriber = Subscriber(
            settings: Subscriber.Settings(
                host: Host("b")!, target: .same, prefixFilter: "", ignored: own, bantime: .seconds(600)))
        let effects = subscriber.heard(Announcement(Host("a")!, ssh(text), .ban), at: start)
        #expect(!effects.contains { if case .act = $0 { true } else { false } })
    }

    @Test func `schedule 29: a client's address, and a network around it, is refused while it comes from there`() {
        var rig = HubRig()
        let client = Client(name: "web1", host: Host("web1")!, roles: [.report])
        rig.hub.admitted(client, from: address("198.51.100.7"))
        let outcome = rig.report([report("198.51.100.7"), report("198.51.100.0/24"), report("198.51.100.8")])
        #expect(outcome.except.keys.sorted() == [0, 1])
        #expect(outcome.except[0]?.verdict == .never)
        // It has moved, and another one is there still.
        rig.hub.admitted(Client(name: "db1", host: Host("db1")!, roles: []), from: address("198.51.100.7"))
        rig.hub.admitted(client, from: address("203.0.113.1"))
        #expect(rig.report([report("198.51.100.7", version: 2)]).except.count == 1)
        rig.hub.admitted(Client(name: "db1", host: Host("db1")!, roles: []), from: address("203.0.113.2"))
        #expect(rig.report([report("198.51.100.7", version: 2)]).except.isEmpty)
    }

    @Test
    func `schedule 9: to those who keep a copy a hub tells the time by which it judges, to monitors the later one`()
        throws
    {
        var rig = HubRig()
        rig.heard(rig.hub.start(at: rig.now))
        rig.report([report("198.51.100.1", until: 600)])
        rig.wait(until: 100)
        func told() throws -> [Timestamp] { [try rig.greet("b", instance: nil).time, try rig.greet().time] }
        #expect(try told() == [rig.now, rig.now])
        rig.now = .at(350_000_000)  // nobody has looked at the clock since
        #expect(try told() == [.at(100), rig.now])
        rig.now = rig.now + .seconds(200)
        #expect(try told() == [.at(300), rig.now])
        rig.now = rig.now + .seconds(200)
        #expect(try told() == [rig.now, rig.now])
        rig.jump(to: .at(500))
        #expect(try told() == [rig.now, rig.now])
    }

    @Test func `schedule 9: a report that comes while the clock is doubted frees nobody in the old form`() {
        var rig = HubRig()
        rig.heard(rig.hub.start(at: rig.now))
        rig.report([report("198.51.100.1", until: 600)])
        rig.wait(until: 100)
        rig.now = .at(350_000_000)
        rig.report([report("198.51.100.1", version: 2, until: 700)])
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1"])
        rig.jump(to: .at(200))
        rig.wait(until: 701)
        #expect(rig.broadcasts == ["a|sshd|Ban|198.51.100.1", "a|sshd|Unban|198.51.100.1"])
    }
}
