import BanModel
import ClusterProtocol
import Foundation
import Testing

/// The examples of docs/protocol.md: each is read, and written again to the letter.
@Suite struct ProtocolDocumentTests {
    /// The indented lines behind `<!-- example: NAME -->`.
    private static func example(_ name: String) throws -> [UInt8] {
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

    @Test func `a refusal, of a hello or of reports`() throws {
        let bytes = try Self.example("refusal")
        let refusal = HubRefusal(.later, "the token is not one of authtoken's")
        #expect(refusal.bytes == bytes)
        #expect(HelloReply(bytes) == .refusal(refusal))
        #expect(ReportsReply(bytes, count: 1) == .refusal(refusal))
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
        "REPORTS|a 0123456789abcdef" + String(repeating: "\nbanned a log s 198.51.100.1 1 5", count: 1001),
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
        "TAKEN 1\n0 never", "REFUSED", "REFUSED later", "REFUSED maybe why", "taken 1", "{}",
    ]) func `an answer that is none is nonsense`(text: String) {
        #expect(ReportsReply(Array(text.utf8), count: 3) == .nonsense)
        #expect(HelloReply(Array(text.utf8)) == .nonsense)
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
