import BanModel
import Testing

@testable import Fail2Ban

@Suite struct SocketReplyTests {
    /// A pickle of protocol 0, as text.
    private func reply(_ text: String) throws -> SocketReply {
        try SocketReply(Unpickler.read(Array(text.utf8)).pickle)
    }

    private func exception(_ name: String, _ text: String) -> String {
        "(I1\ncfail2ban.exceptions\n\(name)\n(V\(text)\ntRt."
    }

    @Test(arguments: [
        ("(I0\nI600\nt.", Answer.bantime(.seconds(600))), ("(I0\nI-1\nt.", .bantime(nil)),
        ("(I0\nF5400.0\nt.", .bantime(.seconds(5400))),
    ])
    func `a bantime is a whole number of seconds, however it is written`(text: String, expected: Answer) throws {
        #expect(try reply(text).answer(to: .bantime(try jail("sshd"))) == expected)
    }

    @Test(arguments: ["I-2\n", "F0.5\n", "Fnan\n", "Finf\n", "V600\n", "N", "I01\n", "L99999999999999999999L\n", "(t"])
    func `a bantime in another form is not understood`(text: String) throws {
        let reply = try reply("(I0\n\(text)t.")
        let sshd = try jail("sshd")
        #expect(throws: SocketReply.NotUnderstood.self) { try reply.answer(to: .bantime(sshd)) }
    }

    @Test(arguments: ["N.", "(t.", "(I0\nt.", "(I0\nI1\nI2\nt.", "VERROR: no\n.", "(NI1\nt.", "(dp0\n."])
    func `an answer that is no pair is not understood`(text: String) {
        #expect(throws: SocketReply.NotUnderstood.self) { try reply(text) }
    }

    @Test(arguments: ["I-1\n", "N", "V1\n", "I01\n", "(lI1\na"])
    func `a count that is none is not understood`(text: String) throws {
        let reply = try reply("(I0\n\(text)t.")
        let instruction = Instruction.ban(try jail("sshd"), [])
        #expect(throws: SocketReply.NotUnderstood.self) { try reply.answer(to: instruction) }
    }

    @Test func `every refusal has its answer`() throws {
        let sshd = try jail("sshd")
        let unknown = try reply(exception("UnknownJailException", "sshd"))
        for question in [Question.bans(sshd), .status(sshd), .bantime(sshd)] {
            #expect(try unknown.answer(to: question) == .noSuchJail)
        }
        #expect(try unknown.answer(to: .unban(sshd, [])) == .noSuchJail)
        #expect(
            try unknown.answer(to: .bantime(try jail("other")))
                == .unclear(#"fail2ban refuses: "UnknownJailException"("sshd")"#))
        let old = try reply(exception("Exception", "Invalid command (no get action or not yet implemented)"))
        #expect(
            try old.answer(to: .bans(sshd))
                == .impossible("this fail2ban, older than 0.11.1, does not tell when bans end"))
        guard case .unclear = try old.answer(to: .bantime(sshd)) else {
            Issue.record("taken")
            return
        }
        #expect(try reply("(I1\nNt.").answer(to: .jails) == .unclear("fail2ban refuses: None"))
    }

    @Test(arguments: ["Banned IP list", "IP list"])
    func `the status of a jail is read as every version tells it`(label: String) throws {
        let list = "(lV192.0.2.1\naVmallory\naV2001:db8::1\na"
        let actions = "(l(VTotal banned\nI5\nta(V\(label)\n\(list)ta"
        let text = "(I0\n(l(VFilter\n(lta(VActions\n\(actions)tat."
        let banned: Set = [try address("192.0.2.1"), try address("2001:db8::1")]
        #expect(try reply(text).answer(to: .status(try jail("sshd"))) == .status(banned: banned, total: 5))
    }

    @Test(arguments: ["-1", "1000000000000", "9223372036854775807"])
    func `a count that none can be, or that cannot be added to, is not understood`(count: String) throws {
        let sshd = try jail("sshd")
        let status = try reply("(I0\n(l(VActions\n(l(VTotal banned\nI\(count)\nta(VBanned IP list\n(ltatat.")
        #expect(throws: SocketReply.NotUnderstood.self) { try status.answer(to: .status(sshd)) }
        let changed = try reply("(I0\nI\(count)\nt.")
        #expect(throws: SocketReply.NotUnderstood.self) { try changed.answer(to: .ban(sshd, [])) }
    }

    @Test func `jails are listed, but for those whose names are no names`() throws {
        func jails(_ count: Int, _ names: String) throws -> Answer {
            try reply("(I0\n(l(VNumber of jail\nI\(count)\nta(VJail list\nV\(names)\ntat.").answer(to: .jails)
        }
        #expect(try jails(0, "") == .jails([]))
        #expect(try jails(3, "a, b c, d") == .jails([try jail("a"), try jail("d")]))
        #expect(throws: SocketReply.NotUnderstood.self) { try jails(2, "a") }
    }
}
