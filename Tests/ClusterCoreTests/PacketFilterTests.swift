import BanModel
import Testing

@testable import ClusterCore

/// What the kernel would hold: it carries changes out, and frees at each end.
private struct Kernel {
    var form: PacketFilterForm?
    var ends: [Address: Timestamp] = [:]
    var calls: [PacketFilterChange] = []

    mutating func carryOut(_ change: PacketFilterChange, at now: Timestamp) {
        calls.append(change)
        if let new = change.form { (form, ends) = (new, [:]) }
        for element in change.addresses {
            // Older kernels leave the end of what they hold as it is.
            if element.isNew, held(at: now)[element.address] != nil { continue }
            ends[element.address] = element.timeout.map { now + $0 }
        }
        guard let networks = change.networks else { return }
        ends = ends.filter { !$0.key.isNetwork }
        for element in networks { ends[element.address] = now + element.timeout! }
    }

    /// In whole seconds, as nft tells it.
    func listing(at now: Timestamp) -> [Address: Duration]? {
        form == nil ? nil : held(at: now).mapValues { .seconds(($0 - now).components.seconds) }
    }

    func held(at now: Timestamp) -> [Address: Timestamp] { ends.filter { $0.value > now } }
}

/// A subscriber whose acts a packet filter carries out at once, unless it fails.
private struct FilterRig {
    var subscriber: Subscriber
    var kernel = Kernel()
    var now = start
    var failure: Answer?
    /// Whether acts wait for ``answer()``.
    var isSlow = false
    var waiting: [Subscriber.Act] = []
    var ledger: [LedgerRecord] = []
    var reports: [Report] = []
    var levels: [FriendLevel] = []
    var notes: [Subscriber.Note] = []
    var settings: Subscriber.Settings
    private var sequence: UInt64 = 0

    init() {
        settings = Subscriber.Settings(
            host: Host("b")!, target: .packetFilter, prefixFilter: "", ignored: [], bantime: nil, hearsOldForm: false)
        subscriber = Subscriber(settings: settings)
        carryOut(subscriber.start(at: now))
        subscriber.joined(0)
    }

    mutating func restart() {
        subscriber = Subscriber(settings: settings, reports: reports, levels: levels, records: ledger)
        waiting = []
        carryOut(subscriber.start(at: now))
    }

    mutating func carryOut(_ effects: [Subscriber.Effect]) {
        for effect in effects {
            switch effect {
            case .ledger(let record): ledger.append(record)
            case .replica(let report): reports.append(report)
            case .trust(let level): levels.append(level)
            case .note(let note): notes.append(note)
            case .act(let act):
                waiting.append(act)
                if !isSlow { answer() }
            }
        }
    }

    mutating func answer() {
        guard !waiting.isEmpty else { return }
        let act = waiting.removeFirst()
        let answer: Answer
        switch (failure, act) {
        case (let failure?, _): answer = failure
        case (nil, .readPacketFilter(let form)):
            answer = .packetFilter(form == kernel.form ? kernel.listing(at: now) : nil)
        case (nil, .changePacketFilter(let change)):
            if change.form == nil, kernel.form == nil {
                answer = .unclear("No such file or directory")
            } else {
                kernel.carryOut(change, at: now)
                answer = .changed(1)
            }
        case (nil, _): answer = .impossible("there is no fail2ban")
        }
        carryOut(subscriber.done(with: answer, at: now))
    }

    /// - Parameter until: seconds after the start of the test; nil: it is lifted.
    mutating func hear(_ text: String, until: Double?, from host: String = "a", version: Version? = nil) {
        sequence += 1
        let origin = Origin(host: Host(host)!, source: .log)
        let state = Report.State(
            version: version ?? now.microseconds + Int64(sequence), isLifted: until == nil,
            until: until.map { .at($0) } ?? .at(10_000))
        carryOut(
            subscriber.heard(
                [Report(origin: origin, subject: Subject(sshd, address(text)), state: state)], from: 0, epoch: 1,
                sequence: sequence, at: now))
    }

    mutating func wait(until seconds: Double) {
        let end = Timestamp.at(seconds)
        while let next = subscriber.nextDeadline, next <= end {
            now = max(now, next)
            carryOut(subscriber.advance(to: now))
        }
        now = end
        carryOut(subscriber.advance(to: now))
    }

    /// What the kernel holds now, and until how many seconds after the start of the test.
    var held: [String: Double] {
        Dictionary(
            uniqueKeysWithValues: kernel.held(at: now).map {
                ($0.key.description, Double(($0.value - Timestamp.at(0)).microseconds) / 1e6)
            })
    }
}

@Suite struct PacketFilterTests {
    @Test func `the table is made at the start, and a ban is in it until its own end, without another call`() {
        var rig = FilterRig()
        #expect(rig.kernel.form == PacketFilterForm())
        rig.hear("198.51.100.1", until: 60)
        #expect(rig.held == ["198.51.100.1": 60])
        let calls = rig.kernel.calls.count
        rig.wait(until: 61)
        #expect(rig.held == [:])
        #expect(rig.kernel.calls.count == calls)
        #expect(rig.ledger == [])
    }

    @Test func `an end that moves is followed, and so is a lift`() {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 60)
        rig.hear("198.51.100.1", until: 90)
        #expect(rig.held == ["198.51.100.1": 90])
        rig.hear("198.51.100.1", until: 30)
        #expect(rig.held == ["198.51.100.1": 30])
        rig.hear("198.51.100.1", until: nil)
        #expect(rig.held == [:])
    }

    @Test func `schedule 27: a network until 10:00 and an address inside until 12:00 are each freed at their own time`()
    {
        var rig = FilterRig()
        rig.hear("198.51.100.0/24", until: 1000)
        rig.hear("198.51.100.7", until: 1200)
        rig.hear("198.51.100.8", until: 900)
        #expect(rig.held == ["198.51.100.0/24": 1000, "198.51.100.7": 1200, "198.51.100.8": 900])
        rig.wait(until: 1001)
        #expect(rig.held == ["198.51.100.7": 1200])
        rig.wait(until: 1201)
        #expect(rig.held == [:])
    }

    @Test func `schedule 28: freeing a network frees no address inside`() {
        var rig = FilterRig()
        rig.hear("198.51.100.0/24", until: 1000)
        rig.hear("198.51.100.7", until: 1200)
        rig.hear("198.51.100.0/24", until: nil)
        #expect(rig.held == ["198.51.100.7": 1200])
    }

    @Test(arguments: [false, true])
    func `a network inside a wider one is put in when that ends, in either order`(isWiderFirst: Bool) {
        var rig = FilterRig()
        let reports: [(String, Double)] = [("198.51.0.0/16", 100), ("198.51.100.0/24", 200), ("198.51.100.0/28", 300)]
        for (network, until) in isWiderFirst ? reports : reports.reversed() { rig.hear(network, until: until) }
        #expect(rig.held == ["198.51.0.0/16": 100])
        rig.wait(until: 100)
        #expect(rig.held == ["198.51.100.0/24": 200])
        rig.hear("198.51.100.0/24", until: nil)
        #expect(rig.held == ["198.51.100.0/28": 300])
        rig.wait(until: 301)
        #expect(rig.held == [:])
    }

    @Test func `schedule 26: no element lasts longer than a week, and one that is to is renewed`() {
        var rig = FilterRig()
        let day = 86_400.0
        rig.hear("198.51.100.1", until: 20 * day)
        rig.hear("198.51.102.0/24", until: 20 * day)
        #expect(rig.held == ["198.51.100.1": 7 * day, "198.51.102.0/24": 7 * day])
        for days in 1...19 {
            rig.wait(until: Double(days) * day)
            #expect(rig.held.count == 2)
            #expect(rig.held.values.allSatisfy { $0 <= Double(days + 7) * day && $0 <= 20 * day })
        }
        rig.wait(until: 20 * day)
        #expect(rig.held == [:])
    }

    @Test(arguments: [true, false])
    func `a table that is gone, or was emptied, is made anew with all that is to hold`(isKnownSoon: Bool) {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 1000)
        rig.hear("198.51.102.0/24", until: 1000)
        rig.kernel.form = nil
        if isKnownSoon {
            rig.hear("198.51.100.2", until: 1000)
            rig.wait(until: 2)
        } else {
            rig.hear("198.51.100.2", until: 1000)
            rig.wait(until: 301)
        }
        #expect(rig.held == ["198.51.100.1": 1000, "198.51.100.2": 1000, "198.51.102.0/24": 1000])
        #expect(rig.kernel.calls.last?.form == rig.settings.packetFilterForm)
        #expect(rig.ledger == [])
    }

    @Test func `schedule 25: what a person deleted stays free until a new witness speaks`() {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 2000)
        rig.hear("198.51.102.0/24", until: 2000)
        rig.hear("198.51.100.2", until: 2000)
        rig.kernel.ends[address("198.51.100.1")] = nil
        rig.kernel.ends[address("198.51.102.0/24")] = nil
        rig.wait(until: 301)
        #expect(rig.held == ["198.51.100.2": 2000])
        #expect(rig.ledger.map(\.step) == [.yielded, .yielded])
        rig.restart()
        #expect(rig.held == ["198.51.100.2": 2000])
        rig.hear("198.51.100.1", until: 2100, from: "a")
        #expect(rig.held == ["198.51.100.2": 2000])
        rig.hear("198.51.100.1", until: 1500, from: "c")
        rig.hear("198.51.102.0/24", until: 1500, from: "c")
        #expect(rig.held == ["198.51.100.1": 2100, "198.51.100.2": 2000, "198.51.102.0/24": 2000])
    }

    @Test func `what a person put in, or gave another end, is corrected`() {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 2000)
        rig.hear("198.51.102.0/24", until: 2000)
        rig.kernel.ends[address("198.51.100.1")] = .at(5000)
        rig.kernel.ends[address("198.51.100.9")] = .at(5000)
        rig.kernel.ends[address("203.0.0.0/16")] = .at(5000)
        rig.wait(until: 301)
        #expect(rig.held == ["198.51.100.1": 2000, "198.51.102.0/24": 2000])
    }

    @Test func `a start compares with what the kernel holds, and touches only what differs`() {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 2000)
        rig.hear("198.51.100.2", until: 2000)
        rig.hear("198.51.100.3", until: 2000)
        rig.hear("198.51.102.0/24", until: 2000)
        rig.kernel.ends[address("198.51.100.2")] = nil
        rig.kernel.ends[address("198.51.100.3")] = .at(100)
        rig.kernel.ends[address("198.51.100.4")] = .at(2000)
        rig.kernel.calls = []
        rig.restart()
        #expect(rig.held.count == 4 && rig.held.values.allSatisfy { $0 == 2000 })
        #expect(rig.kernel.calls.count == 1)
        #expect(rig.kernel.calls.first?.addresses.map(\.address.description) == [2, 3, 4].map { "198.51.100.\($0)" })
        #expect(rig.ledger == [])
    }

    @Test func `an act that failed is found out about, and done again`() {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 2000)
        rig.failure = .unclear("no memory")
        rig.hear("198.51.100.2", until: 2000)
        rig.hear("198.51.100.1", until: nil)
        #expect(rig.held == ["198.51.100.1": 2000])
        rig.wait(until: 30)
        #expect(rig.notes.contains(.packetFilterFailed("no memory")))
        rig.failure = nil
        rig.wait(until: 100)
        #expect(rig.held == ["198.51.100.2": 2000])
        #expect(rig.ledger == [])
    }

    @Test func `what comes while nft is under way goes with the next call, all at once`() {
        var rig = FilterRig()
        rig.isSlow = true
        rig.hear("198.51.100.1", until: 2000)
        for number in 2...200 { rig.hear("198.51.100.\(number)", until: 2000) }
        rig.hear("198.51.100.2", until: nil)
        rig.kernel.calls = []
        rig.answer()
        rig.answer()
        #expect(rig.kernel.calls.count == 2)
        #expect(rig.held.count == 199)
        #expect(rig.waiting == [])
    }

    @Test func `schedule 32: ignoreip that changes is applied to what is banned already`() {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 2000)
        rig.hear("198.51.102.0/24", until: 2000)
        rig.settings.ignored = [address("198.51.102.7")]
        rig.carryOut(rig.subscriber.reconfigure(rig.settings, at: rig.now))
        #expect(rig.held == ["198.51.100.1": 2000])
        rig.settings.ignored = []
        rig.carryOut(rig.subscriber.reconfigure(rig.settings, at: rig.now))
        #expect(rig.held.count == 2)
    }

    @Test(arguments: [false, true])
    func `a table of another form is made anew, even where a look is under way`(isSlow: Bool) {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 2000)
        rig.isSlow = isSlow
        rig.wait(until: 300)
        #expect(rig.waiting.count == (isSlow ? 1 : 0))
        rig.settings.packetFilterForm = PacketFilterForm(priority: -200, interfaces: ["eth0"])
        rig.carryOut(rig.subscriber.reconfigure(rig.settings, at: rig.now))
        rig.isSlow = false
        rig.answer()
        #expect(rig.kernel.form == rig.settings.packetFilterForm)
        #expect(rig.held == ["198.51.100.1": 2000])
    }

    @Test func `a report counts as obeyed once the kernel holds it`() {
        var rig = FilterRig()
        rig.subscriber.catchUp(with: 0)
        rig.carryOut(
            rig.subscriber.answered(.changes(epoch: 1, sequence: 0, latest: 0, []), from: 0, at: rig.now))
        rig.isSlow = true
        rig.hear("198.51.100.1", until: 2000)
        #expect(rig.subscriber.progress(for: 0)?.obeyed == 0)
        rig.failure = .unclear("no memory")
        rig.answer()
        rig.hear("198.51.100.2", until: 2000)
        #expect(rig.subscriber.progress(for: 0)?.held == 2)
        rig.failure = nil
        rig.wait(until: 5)
        rig.answer()  // the look
        #expect(rig.subscriber.progress(for: 0)?.obeyed == 0)
        rig.answer()
        #expect(rig.held.count == 2)
        #expect(rig.subscriber.progress(for: 0)?.obeyed == 2)
    }

    @Test func `what fail2ban held is freed there, and not banned there again`() {
        var rig = FilterRig()
        rig.hear("198.51.100.1", until: 2000)
        rig.isSlow = true
        let placement = Subject(own, address("198.51.100.1"))
        rig.ledger = [LedgerRecord(placement, .intended, at: start), LedgerRecord(placement, .held, at: start)]
        rig.restart()
        var acts: [Subscriber.Act] = []
        while let act = rig.waiting.first {
            acts.append(act)
            if case .instruct = act {
                rig.waiting.removeFirst()
                rig.carryOut(rig.subscriber.done(with: .changed(1), at: rig.now))
            } else {
                rig.answer()
            }
        }
        #expect(acts.contains(unban("198.51.100.1")))
        #expect(rig.ledger.last?.step == .released)
        #expect(rig.held == ["198.51.100.1": 2000])
    }
}
