import BanModel
import ClusterProtocol
import Foundation
import Testing

/// The examples of docs/protocol.md: each is read, and written again to the letter.
@Suite struct ProtocolDocumentTests {
    /// The indented lines behind `<!-- example: NAME -->`.
    static func example(_ name: String) throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/protocol.md"), encoding: .utf8)
        let start = try #require(text.range(of: "<!-- example: \(name) -->\n\n")).upperBound
        let lines = text[start...].split(separator: "\n", omittingEmptySubsequences: false).prefix {
            $0.hasPrefix("    ")
        }
        return Array(lines.map { $0.dropFirst(4) }.joined(separator: "\n").utf8)
    }

    private static func reports() throws -> ReportsRequest {
        guard case .reports(let request) = try HubQuestion(try example("reports")) else {
            throw HubRefusal(.never, "not reports")
        }
        return request
    }

    @Test func `a request and a broadcast of the old form`() throws {
        let ban = Announcement(Host("web1")!, Subject(Jail("sshd")!, try Address("192.0.2.1")), .ban)
        #expect(try HubQuestion(try Self.example("request")) == .announcement(ban, token: "secret"))
        #expect(OldForm.request(ban, token: "secret") == (try Self.example("request")))
        #expect(try OldForm.readBroadcast(try Self.example("broadcast")) == ban)
        #expect(OldForm.message(ban) == (try Self.example("broadcast")))
    }

    @Test func `a hello and its answer`() throws {
        let bytes = try Self.example("hello")
        let hello = Hello(host: Host("web1")!, instance: Instance("0123456789abcdef")!, token: "secret")
        #expect(try HubQuestion(bytes) == .hello(hello))
        #expect(hello.bytes == bytes)

        let answer = try Self.example("greeting")
        guard case .greeting(let greeting) = HelloReply(answer) else {
            Issue.record("no greeting")
            return
        }
        #expect(greeting.bytes == answer)
        #expect(greeting.maximumBantime == .seconds(30 * 86_400))
        #expect(greeting.longestRequest == ReportsRequest.longest)
        #expect(greeting.reportsPerRequest == ReportsRequest.mostReports)
        #expect(HelloReply(Array("NAK".utf8)) == .oldHub)
    }

    @Test func `what twins ask of their keys, and the answer`() throws {
        let bytes = try Self.example("keys")
        let cluster = Host("kzdvvj2umnduyauf35o36k6kw462mujv")!
        #expect(try HubQuestion(bytes) == .keys(KeysRequest(asker: Asker(host: cluster, token: nil))))
        #expect(KeysRequest(asker: Asker(host: cluster, token: nil)).bytes == bytes)
        let answer = try Self.example("keys reply")
        let entries = [
            KeyEntry(name: "web1.conf", version: 1_800_000_000_000_000, contents: Array("[client]\n".utf8))!,
            KeyEntry(name: "web2.conf", version: 1_800_000_000_000_001, contents: nil)!,
        ]
        #expect(KeysReply(answer) == .entries(entries, isWhole: true))
        #expect(KeysReply(entries, after: nil).bytes == answer)
    }

    @Test func `reports and their answer`() throws {
        let request = try Self.reports()
        #expect(request.bytes == (try Self.example("reports")))
        #expect(request.reports.map(\.state.isLifted) == [false, true, false])
        #expect(request.reports[1].state.forget == Timestamp(microseconds: 1_800_003_600_000_000))
        #expect(request.reports[2].state.until == .forever)

        let answer = try Self.example("taken")
        let reply = ReportsReply(answer, count: 3)
        guard case .taken(let epoch, let refusals) = reply else {
            Issue.record("not taken")
            return
        }
        #expect(epoch == 123_456_789)
        #expect(refusals.mapValues(\.verdict) == [1: .never, 2: .later])
        #expect(reply.bytes == answer)
    }

    @Test func `what the hub holds of a host`() throws {
        let subject = Subject(Jail("sshd")!, try Address("192.0.2.1"))
        var request = HeldRequest(
            host: Host("web1")!, instance: Instance("0123456789abcdef")!, token: "secret",
            question: HeldQuestion(after: HostClaim(.log, subject)))
        #expect(request.bytes == (try Self.example("held")))
        #expect(try HubQuestion(request.bytes) == .held(request))
        request.question.after = nil
        request.token = nil
        #expect(try HubQuestion(request.bytes) == .held(request))

        let bytes = try Self.example("holding")
        let reply = HeldReply(bytes, host: Host("web1")!)
        guard case .answer(let answer) = reply else {
            Issue.record("no answer")
            return
        }
        #expect(reply.bytes == bytes)
        #expect(!answer.isAll)
        #expect(answer.reports.map(\.origin.source) == [.log, .action])
        #expect(HeldReply(bytes, host: Host("web2")!) == .nonsense)
        #expect(HeldReply(Array("NAK".utf8), host: Host("web1")!) == .oldHub)
        let none = HeldReply.answer(HeldAnswer(reports: [], isAll: true))
        #expect(HeldReply(none.bytes, host: Host("web1")!) == none)
    }

    @Test func `a refusal, of a hello or of reports`() throws {
        let bytes = try Self.example("refusal")
        let refusal = HubRefusal(.later, "the token is not one of authtoken's")
        #expect(refusal.bytes == bytes)
        #expect(HelloReply(bytes) == .refusal(refusal))
        #expect(ReportsReply(bytes, count: 1) == .refusal(refusal))
    }

    @Test func `a broadcast of reports, and a beacon`() throws {
        let bytes = [Broadcast.mark] + (try Self.example("reports broadcast"))
        let broadcast = try Broadcast(reading: bytes)
        #expect(broadcast.bytes == bytes)
        #expect((broadcast.epoch, broadcast.sequence) == (123_456_789, 42))
        #expect(broadcast.reports == Array(try Self.reports().reports.prefix(2)))
        let beacon = Broadcast(epoch: 1, sequence: 42, reports: [])
        #expect(try Broadcast(reading: beacon.bytes) == beacon)
    }

    private static let bob = Cluster("4kqhbvjkdmsj7a6q6sz2pvkg2bxvuyoh")!

    @Test func `how far friends are trusted, and what they told`() throws {
        let bytes = [Broadcast.mark] + (try Self.example("beacon"))
        let beacon = try Broadcast(reading: bytes)
        #expect(beacon.levels == [Self.bob: Trust(millionths: 600_000)!])
        #expect(beacon.reports == [])
        #expect(beacon.bytes == bytes)
        let other = [Broadcast.mark] + (try Self.example("foreign report"))
        let broadcast = try Broadcast(reading: other)
        var report = try Self.reports().reports[0]
        report.origin.foreign = Origin.Foreign(cluster: Self.bob, friend: Self.bob)
        report.way = Way(trust: .full)
        #expect(broadcast.reports == [report])
        #expect(broadcast.bytes == other)
    }

    @Test func `what a friend asks, and hears`() throws {
        let bytes = try Self.example("share")
        let request = SyncRequest(
            asker: Asker(host: Host(Self.bob.id)!, token: nil),
            question: .since(epoch: 123_456_789, sequence: 40), audience: .friends)
        #expect(try HubQuestion(bytes) == .sync(request))
        #expect(request.bytes == bytes)
        let shared = [SharedBroadcast.mark] + (try Self.example("shared"))
        #expect(try SharedBroadcast(reading: shared).bytes == shared)
    }

    @Test(arguments: ["since", "fetch", "fetch after"])
    func `what a copy asks`(name: String) throws {
        let bytes = try Self.example(name)
        guard case .sync(let request) = try HubQuestion(bytes) else {
            Issue.record("no question of a copy")
            return
        }
        #expect(request.bytes == bytes)
        #expect(request.asker == Asker(host: Host("web2")!, token: nil))
        let key = try Self.reports().reports[0].key
        let questions: [String: CopyQuestion] = [
            "since": .since(epoch: 123_456_789, sequence: 40), "fetch": .fetch([7, 12, 1023], after: nil),
            "fetch after": .fetch([12, 1023], after: key),
        ]
        #expect(request.question == questions[name])
    }

    @Test(arguments: ["changes", "fetched"])
    func `what it is answered`(name: String) throws {
        let bytes = try Self.example(name)
        let report = try Self.reports().reports[0]
        let answers: [String: CopyAnswer<Report>] = [
            "changes": .changes(epoch: 123_456_789, sequence: 42, latest: 45, [report]),
            "fetched": .fetched(whole: 1, after: report.key, [report]),
        ]
        let reply = SyncReply<Report>(bytes)
        #expect(reply == answers[name].map { .answer($0) })
        #expect(reply.bytes == bytes)
    }

    @Test func `the digests of all buckets`() throws {
        var buckets = ReportBuckets()
        for report in try Self.reports().reports { buckets.add(report) }
        let reply = SyncReply<Report>.answer(.buckets(epoch: 123_456_789, sequence: 42, buckets))
        #expect(SyncReply<Report>(reply.bytes) == reply)
        #expect(reply.bytes.starts(with: Array("BUCKETS 00000000075bcd15 42\n".utf8)))
        #expect(reply.bytes.count == 28 + 16 * 1024)
        // The bucket is the one that the document reckons.
        func mixed(_ number: UInt64) -> UInt64 {
            var mixed = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        let spread = mixed(mixed(mixed(0) &+ 0xC000_0201) &+ 4 * 256 &+ 32)
        #expect(ReportBuckets.index(of: try Address("192.0.2.1")) == Int(spread >> 54))
    }

    @Test func `how far a subscriber is`() throws {
        let bytes = try Self.example("progress")
        let request = ProgressRequest(
            asker: Asker(host: Host("web2")!, token: nil),
            progress: CopyProgress(epoch: 123_456_789, held: 42, obeyed: 40))
        #expect(try HubQuestion(bytes) == .progress(request))
        #expect(request.bytes == bytes)
    }

    @Test func `a digest, in any order`() throws {
        let reports = try Self.reports().reports
        for order in [reports, reports.reversed()] {
            var digest = ReportDigest()
            for report in order { digest.add(report) }
            #expect(hexadecimal(digest.value) == String(decoding: try Self.example("digest"), as: UTF8.self))
        }
    }
}

/// What peers may send that is none of it.
@Suite struct NewFormTests {
    private func fault(_ text: String) -> HubRefusal.Verdict? {
        do throws(HubQuestion.Fault) {
            _ = try HubQuestion(Array(text.utf8))
            return nil
        } catch {
            guard case .newForm(let refusal) = error else { return nil }
            #expect(error.reply == refusal.bytes)
            return refusal.verdict
        }
    }

    @Test(arguments: [
        "HELLO|", "HELLO|{}", "HELLO|[]", "HELLO|{\"protocol\":1}",
        "HELLO|{\"protocol\":0,\"host\":\"a\",\"instance\":\"0123456789abcdef\"}",
        "HELLO|{\"protocol\":1,\"host\":\"a b\",\"instance\":\"0123456789abcdef\"}",
        "HELLO|{\"protocol\":1,\"host\":\"a\",\"instance\":\"0\"}", "HELLO|" + String(repeating: "[", count: 4000),
        "HELLO|" + String(repeating: " ", count: 5000), "REPORTS|", "REPORTS|a", "REPORTS|a 0123456789abcdef t x",
        "REPORTS|a 0123456789abcdef\n", "REPORTS|a 0123456789abcdef\nbanned a log sshd 198.51.100.1 1",
        "REPORTS|a 0123456789abcdef\nbanned a log sshd 198.51.100.1 -1 5",
        "REPORTS|a 0123456789abcdef\nbanned a log sshd 198.51.100.1 1 5 5",
        "REPORTS|a 0123456789abcdef\nbanned a log sshd 198.51.100.1 1 5 6 7",
        "REPORTS|a 0123456789abcdef\nbanned a log sshd 198.51.100.1 99999999999999999999 5",
        "REPORTS|a 0123456789abcdef\nbanned a log sshd 198.51.100.1 9223372036854775807 5",
        "REPORTS|a 0123456789abcdef\nBanned a log sshd 198.51.100.1 1 5",
        "REPORTS|a 0123456789abcdef\nbanned a log sshd 010.1.1.1 1 5",
        "HELD|", "HELD|a", "HELD|a 0123456789abcdef t x", "HELD|a 0\nafter log sshd 192.0.2.1",
        "HELD|a 0123456789abcdef\n", "HELD|a 0123456789abcdef\nafter", "HELD|a 0123456789abcdef\nafter log sshd",
        "HELD|a 0123456789abcdef\nbefore log sshd 192.0.2.1", "HELD|a 0123456789abcdef\nafter law sshd 192.0.2.1",
        "HELD|a 0123456789abcdef\nafter log sshd 192.0.2.1 x", "HELD|a 0123456789abcdef\nafter log s|h 192.0.2.1",
        "HELD|a 0123456789abcdef\nafter log sshd 192.0.2.1\n",
        "HELD|a 0123456789abcdef " + String(repeating: "t", count: 9000),
        "REPORTS|a 0123456789abcdef"
            + String(repeating: "\nbanned a log s 198.51.100.1 1 5", count: ReportsRequest.mostReports + 1),
        "SYNC|", "SYNC|a", "SYNC|a b c\nsince 0 0", "SYNC|a\nsince 0", "SYNC|a\nsince x 0", "SYNC|a\nsince 0 -1",
        "SYNC|a\nfetch", "SYNC|a\nfetch 1024", "SYNC|a\nfetch -1", "SYNC|a\nfetch 1 after", "SYNC|a\nfetch 1 x",
        "SYNC|a\nfetch 1 after a log sshd", "SYNC|a\nfetch 1 after a log sshd 1.2.3", "SYNC|a\nsince 0 0\nsince 0 0",
        "SYNC|a\nfetch" + String(repeating: " 1", count: 1025), "SYNC|a\n" + String(repeating: " ", count: 9000),
        "SYNC|a\nfetch +1", "SYNC|a\nfetch -0", "SYNC|a\nsince +1 0", "SYNC|a\nsince 00000000000000001 0",
        "HELD|a +123456789abcdef",
        "PROGRESS|a", "PROGRESS|a\n0 0", "PROGRESS|a\n0 0 -1", "PROGRESS|a\n-0 0 0",
        "PROGRESS|a\n0 0 99999999999999999999",
    ]) func `what is no question is refused for good, with its reason`(text: String) {
        #expect(fault(text) == .never)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: HubQuestion.Fault.self) {
            _ = try HubQuestion(Array("REPORTS|a 0123456789abcdef\n".utf8) + [0xFF])
        }
        #expect(throws: HubQuestion.Fault.self) { _ = try HubQuestion(Array("HELLO|".utf8) + [0xFF]) }
    }

    @Test(arguments: [
        "", "TAKEN", "TAKEN x", "TAKEN 00 00", "TAKEN 1\n0 maybe why", "TAKEN 1\n3 never why", "TAKEN 1\n-1 never why",
        "HELD", "HELD more", "HELD all all", "HELD none", "HELD all\n", "HELD all\nbanned a log sshd 198.51.100.1 1",
        "HELD all\nbanned a person sshd 198.51.100.1 1 5", "TAKEN 1\n0 never", "REFUSED", "REFUSED later",
        "REFUSED maybe why", "taken 1", "{}", "TAKEN +1", "TAKEN 1\n+0 never why", "TAKEN 1\n-0 never why",
    ]) func `an answer that is none is nonsense`(text: String) {
        #expect(ReportsReply(Array(text.utf8), count: 3) == .nonsense)
        #expect(HelloReply(Array(text.utf8)) == .nonsense)
        #expect(SyncReply<Report>(Array(text.utf8)) == .nonsense)
        #expect(HeldReply(Array(text.utf8), host: Host("a")!) == .nonsense)
    }

    @Test(arguments: [
        "", "REPORTS", "REPORTS 1", "REPORTS x 1", "REPORTS 1 -1", "REPORTS 1 1 1", "REPORTS 1 1\n",
        "REPORTS 1 1\nbanned",
        "reports 1 1",
    ]) func `a broadcast that is none is refused`(text: String) {
        #expect(throws: HubRefusal.self) { _ = try Broadcast(reading: [Broadcast.mark] + Array(text.utf8)) }
    }

    @Test(arguments: [
        "CHANGES 1 1", "CHANGES x 1 1", "CHANGES +1 1 1", "CHANGES 1 1 1\n", "BUCKETS 1 1", "BUCKETS 1 1\n00",
        "FETCHED", "FETCHED -1",
        "FETCHED 1025", "FETCHED 1 after a log sshd", "FETCHED 1 until a log sshd 198.51.100.1", "FETCHED 1\nbanned",
    ]) func `an answer to a copy that is none is nonsense`(text: String) {
        #expect(SyncReply<Report>(Array(text.utf8)) == .nonsense)
    }

    @Test func `the longest reports fit into a broadcast and into an answer`() throws {
        let host = Host(String(repeating: "h", count: 253))!
        let report = Report(
            origin: Origin(host: host, source: .action),
            subject: Subject(
                Jail(String(repeating: "j", count: 64))!, try Address("2001:db8:ffff:ffff:ffff:ffff:ffff:fffe/127")),
            state: Report.State(
                version: .latest, isLifted: true, until: Timestamp(microseconds: .max - 1), forget: .forever))
        let broadcast = Broadcast(
            epoch: .max, sequence: .max, reports: Array(repeating: report, count: Broadcast.mostReports))
        #expect(try Broadcast(reading: broadcast.bytes) == broadcast)
        let reply = SyncReply<Report>.answer(
            .fetched(whole: 1023, after: report.key, Array(repeating: report, count: SyncBounds.mostReports)))
        #expect(SyncReply<Report>(reply.bytes) == reply)
    }

    @Test func `a greeting with a version after which none can come is nonsense`() {
        var greeting = HubGreeting(
            epoch: 1, sequence: 0, time: .seconds(1), longestRequest: 4096, reportsPerRequest: 1,
            maximumBantime: .seconds(1), version: .latest, digest: ReportDigest())
        #expect(HelloReply(greeting.bytes) == .greeting(greeting))
        greeting.version += 1
        #expect(HelloReply(greeting.bytes) == .nonsense)
    }

    @Test func `schedule 20: a batch is shortened to what the hub takes, and never below one report`() throws {
        let address = try Address("198.51.100.1")
        let reports = (0..<100).map { index in
            Report(
                origin: Origin(host: Host("a")!), subject: Subject(Jail("sshd")!, address),
                state: Report.State(version: Int64(index), isLifted: false, until: .forever))
        }
        for limit in [0, 50, 100, 300, 1000, 4000, 100_000] {
            var request = ReportsRequest(
                host: Host("a")!, instance: Instance(number: 1), token: "secret", reports: reports)
            request.shorten(toFit: limit)
            #expect(request.reports.count >= 1)
            #expect(request.bytes.count <= limit || request.reports.count == 1)
            #expect(request.reports == Array(reports.prefix(request.reports.count)))
            var longer = request
            longer.reports = Array(reports.prefix(request.reports.count + 1))
            #expect(longer.bytes.count > limit || request.reports.count == 100)
        }
    }

    @Test func `the longest single report fits into the least that a hub may take`() throws {
        let host = Host(String(repeating: "h", count: 253))!
        let state = Report.State(
            version: .latest, isLifted: true, until: Timestamp(microseconds: .max - 1), forget: .forever)
        let report = Report(
            origin: Origin(host: host, source: .action),
            subject: Subject(
                Jail(String(repeating: "j", count: 64))!, try Address("2001:db8:ffff:ffff:ffff:ffff:ffff:fffe/127")),
            state: state)
        let request = ReportsRequest(
            host: host, instance: Instance(number: .max), token: String(repeating: "t", count: 255), reports: [report])
        #expect(request.bytes.count <= 2048)
        #expect(try HubQuestion(request.bytes) == .reports(request))
    }
}
