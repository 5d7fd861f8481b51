import BanModel
import ClusterProtocol
import Testing

/// The examples of docs/protocol.md, "What an administrator asks".
@Suite struct AdministrationDocumentTests {
    private static let asker = Asker(host: Host("web1")!, token: "secret")

    private static func example(_ name: String) throws -> [UInt8] { try ProtocolDocumentTests.example(name) }

    @Test func `a request for the hub's status, and its answer`() throws {
        let request = StatusRequest(asker: Self.asker)
        #expect(try HubQuestion(try Self.example("status request")) == .status(request))
        #expect(request.bytes == (try Self.example("status request")))

        let bytes = try Self.example("status")
        guard case .status(let status) = StatusReply(bytes) else {
            Issue.record("no status")
            return
        }
        #expect(StatusReply.status(status).bytes == bytes)
        #expect(status.epoch == 123_456_789)
        #expect([status.reports, status.bans, Int(status.sequence)] == [3, 1, 12])
        #expect(status.store == "ok")
        #expect(
            status.monitors == [
                PeerStatus(
                    host: Host("web1")!, isConnected: nil, lag: nil,
                    seen: Timestamp(microseconds: 1_800_000_000_000_000))
            ])
        #expect(status.subscribers.map(\.lag) == [2])
        #expect(
            status.subscribers.map(\.progress) == [CopyProgress(epoch: 123_456_789, held: 12, obeyed: 10)])
    }

    @Test func `what is known of an address`() throws {
        let request = ShowRequest(asker: Self.asker, address: try Address("192.0.2.1"))
        #expect(try HubQuestion(try Self.example("show request")) == .show(request))
        #expect(request.bytes == (try Self.example("show request")))

        let bytes = try Self.example("shown")
        guard case .account(let account) = ShowReply(bytes) else {
            Issue.record("no account")
            return
        }
        #expect(ShowReply.account(account).bytes == bytes)
        #expect([account.epoch, account.latest] == [123_456_789, 12])
        #expect(account.entries.map(\.sequence) == [11, 0])
        #expect(account.entries[1].report.subject.address == (try Address("192.0.2.0/24")))
        #expect(account.obeyed == [AddressAccount.Obeyed(host: Host("web2")!, epoch: 123_456_789, sequence: 10)])
    }

    @Test func `a pardon`() throws {
        let request = PardonRequest(asker: Self.asker, address: try Address("192.0.2.1"))
        #expect(try HubQuestion(try Self.example("pardon request")) == .pardon(request))
        #expect(request.bytes == (try Self.example("pardon request")))
        #expect(PardonReply(try Self.example("pardoned")) == .pardoned(2))
        #expect(PardonReply.pardoned(2).bytes == (try Self.example("pardoned")))
    }

    @Test func `whatever allows an address is lifted as it is pardoned`() throws {
        let request = PardonRequest(asker: Self.asker, address: try Address("192.0.2.1"), disallows: true)
        #expect(try HubQuestion(try Self.example("disallow request")) == .pardon(request))
        #expect(request.bytes == (try Self.example("disallow request")))
    }

    @Test func `a host joins`() throws {
        let key = try #require(PublicKey("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"))
        let request = EnrolRequest(asker: Asker(host: Host("web1")!, token: nil), key: key)
        #expect(try HubQuestion(try Self.example("enrol request")) == .enrol(request))
        #expect(request.bytes == (try Self.example("enrol request")))
        #expect(EnrolReply(try Self.example("enrolled")) == .enrolled)
        #expect(EnrolReply.enrolled.bytes == (try Self.example("enrolled")))
        #expect(EnrolReply(try Self.example("pardoned")) == .nonsense)
    }

    @Test func `what is refused unread is refused in its sender's form`() {
        let refusal = HubRefusal(.later, "too fast")
        func answer(_ text: String) -> [UInt8] {
            HubQuestion.refusal(toRequest: Array(text.utf8), refusal, epoch: 7)
        }
        #expect(
            ReportsReply(answer("REPORTS|a 0123456789abcdef\n…"), count: 3) == .taken(epoch: 7, except: [0: refusal]))
        for verb in ["HELLO", "SYNC", "PROGRESS", "HELD", "STATUS", "SHOW", "PARDON", "DISALLOW", "ENROL"] {
            #expect(answer("\(verb)|a") == refusal.bytes)
        }
        #expect(answer("a|sshd|Ban|192.0.2.1") == OldForm.refusal)
        #expect(answer("") == OldForm.refusal)
    }

    @Test func `a refusal is an answer to all of them`() throws {
        let bytes = try Self.example("refusal")
        let refusal = HubRefusal(.later, "the token is not one of authtoken's")
        #expect(StatusReply(bytes) == .refusal(refusal))
        #expect(ShowReply(bytes) == .refusal(refusal))
        #expect(PardonReply(bytes) == .refusal(refusal))
        #expect(PardonReply.refusal(refusal).bytes == bytes)
    }

    @Test(arguments: [
        "STATUS|", "STATUS|a b c", "STATUS|a\n", "STATUS|a b\nmore", "STATUS|\u{FF}\u{0} x", "SHOW|a", "SHOW|a\n",
        "SHOW|a\n010.0.0.1", "SHOW|a\n192.0.2.1\n192.0.2.2", "SHOW|a\n192.0.2.1 ", "PARDON|a", "PARDON|a\nall",
        "PARDON|a\n192.0.2.0/33", "DISALLOW|a", "DISALLOW|a\nall", "ENROL|a", "ENROL|a\nshort", "ENROL|a b c\n",
        "PARDON|\n192.0.2.1", "PARDON|a\n" + String(repeating: "1", count: 9_000),
    ]) func `what is no such request is refused for good`(text: String) {
        do throws(HubQuestion.Fault) {
            Issue.record("taken: \(try HubQuestion(Array(text.utf8)))")
        } catch {
            guard case .newForm(let refusal) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(refusal.verdict == .never)
        }
    }

    @Test(arguments: [
        "", "NAK", "STATUS", "STATUS\n", "STATUS\n{}", "STATUS\n[]", "SHOWN", "SHOWN 1", "SHOWN x 1", "SHOWN 1 1\n",
        "SHOWN 1 1\nobeyed a", "SHOWN 1 1\n1 banned", "SHOWN 1 1\nx banned web1 log sshd 192.0.2.1 1 2", "PARDONED",
        "PARDONED x", "PARDONED -1", "PARDONED +2", "PARDONED 1 1", "TAKEN 1",
    ]) func `an answer that is none is nonsense`(text: String) {
        #expect(StatusReply(Array(text.utf8)) == .nonsense)
        #expect(ShowReply(Array(text.utf8)) == .nonsense)
        #expect(PardonReply(Array(text.utf8)) == .nonsense)
    }

    @Test func `a status with a name or an epoch that is none is nonsense`() throws {
        let text = String(decoding: try Self.example("status"), as: UTF8.self)
        for (good, bad) in [("\"web1\"", "\"web 1\""), ("00000000075bcd15", "x"), ("\"held\":12", "\"held\":-1")] {
            #expect(text.contains(good))
            #expect(StatusReply(Array(text.replacing(good, with: bad).utf8)) == .nonsense)
        }
    }
}
