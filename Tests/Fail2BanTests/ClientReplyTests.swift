import BanModel
import Testing

@testable import Fail2Ban

@Suite struct ClientReplyTests {
    private func reply(_ output: String, status: Int32 = 0, error: String = "") -> ClientReply {
        ClientReply(status: status, output: Array(output.utf8), error: Array(error.utf8))
    }

    private func bans(_ output: String) throws -> Answer {
        reply(output).answer(to: .bans(try jail("sshd")), clock: .utc)
    }

    @Test func `a ban's end is read to the second`() throws {
        let listed = { (end: Timestamp) in
            Answer.bans([ListedBan(address: try address("192.0.2.1"), since: .seconds(1_795_226_400), until: end)])
        }
        let start = "192.0.2.1 \t2026-11-21 02:00:00 + "
        #expect(try bans(start + "600 = 2026-11-21 02:10:00\n") == listed(.seconds(1_795_227_000)))
        // Both halves of a second added up.
        #expect(try bans(start + "600 = 2026-11-21 02:10:01\n") == listed(.seconds(1_795_227_001)))
        // The clock was changed for summer or winter between the two.
        #expect(try bans(start + "600 = 2026-11-21 01:10:00\n") == listed(.seconds(1_795_227_000)))
        #expect(try bans(start + "-1 = 9999-12-31 23:59:59\n") == listed(.forever))
        #expect(try bans(start + "999999999999 = 9999-12-31 23:59:59\n") == listed(.forever))
        #expect(try bans("") == .bans([]))
        #expect(try bans("\n") == .bans([]))
    }

    @Test(arguments: [
        "192.0.2.1", "192.0.2.1 \t", "192.0.2.1\t2026-11-21 02:00:00 + 600 = 2026-11-21 02:10:00",
        "192.0.2.1 \t2026-11-21 02:00:00 + 600", "192.0.2.1 \t2026-13-21 02:00:00 + 600 = 2026-11-21 02:10:00",
        "192.0.2.1 \t2026-11-21 02:00:00 + -2 = 2026-11-21 02:10:00", "192.0.2.1 192.0.2.2",
        "192.0.2.1 \t2026-11-21 02:00:00 + 99999999999999999999 = 2026-11-21 02:10:00",
        "192.0.2.1 \t2026-11-21 02:00:00 + 600 = 2026-11-21 02:10:00 or so",
    ])
    func `a list in another form is no list without bans`(output: String) throws {
        guard case .unclear = try bans(output) else {
            Issue.record("taken")
            return
        }
    }

    @Test(arguments: ["", "600 s", "soon", "-2", "1\n2", "9999999999999999999"])
    func `a bantime that makes no sense is unclear`(output: String) throws {
        guard case .unclear = reply(output).answer(to: .bantime(try jail("sshd"))) else {
            Issue.record("taken")
            return
        }
    }

    @Test(arguments: [
        "", "Status\n|- Number of jail:\t2\n`- Jail list:\tone\n",
        "Status\n|- Number of jail:\tx\n`- Jail list:\tone\n",
        "Statue\n|- Number of jail:\t1\n`- Jail list:\tone\n", "one, two",
    ])
    func `a list of jails that makes no sense is unclear`(output: String) {
        guard case .unclear = reply(output).answer(to: .jails) else {
            Issue.record("taken")
            return
        }
    }

    @Test(arguments: ["-1", "1000000000000", "999999999999999999"])
    func `a count that none can be, or that cannot be added to, is unclear`(count: String) throws {
        let sshd = try jail("sshd")
        let status = "Status for the jail: sshd\n   |- Total banned:\t\(count)\n   `- Banned IP list:\t192.0.2.1\n"
        for answer in [reply(status).answer(to: .status(sshd)), reply(count).answer(to: .ban(sshd, []))] {
            guard case .unclear = answer else {
                Issue.record("taken: \(answer)")
                continue
            }
        }
    }

    @Test func `jails are listed, but for those whose names are no names`() throws {
        let none = reply("Status\n|- Number of jail:\t0\n`- Jail list:\t\n").answer(to: .jails)
        #expect(none == .jails([]))
        let some = reply("Status\n|- Number of jail:\t3\n`- Jail list:\ta, b c, d\n").answer(to: .jails)
        #expect(some == .jails([try jail("a"), try jail("d")]))
    }

    @Test func `the status of a jail is read as every version writes it`() throws {
        for label in ["Banned IP list", "IP list"] {
            let text = """
                Status for the jail: sshd
                |- Filter
                |  |- Currently failed:\t0
                |  |- Total failed:\t7
                |  `- File list:\t/dev/null
                `- Actions
                   |- Currently banned:\t2
                   |- Total banned:\t5
                   `- \(label):\t192.0.2.1 2001:db8::1 mallory 10.0.0.01
                """
            let banned: Set = [try address("192.0.2.1"), try address("2001:db8::1")]
            #expect(reply(text).answer(to: .status(try jail("sshd"))) == .status(banned: banned, total: 5))
        }
    }

    @Test func `every failure has its answer`() throws {
        let sshd = try jail("sshd")
        let permission = "2026 fail2ban [1]: ERROR   Permission denied to socket: /s, (you must be root)\n"
        let missing = "2026 fail2ban [1]: ERROR   Failed to access socket path: /s. Is fail2ban running?\n"
        let refused =
            "2026 fail2ban [1]: ERROR   [Errno 111] Connection refusedUnable to contact server. Is it running?\n"
        for question in [Question.bans(sshd), .status(sshd), .bantime(sshd), .jails] {
            let impossible = reply("", status: 255, error: permission).answer(to: question)
            #expect(impossible == .impossible("fail2ban's socket is not ours to use"))
            for text in [missing, refused] {
                guard case .notRunning = reply("", status: 255, error: text).answer(to: question) else {
                    Issue.record("\(text)")
                    continue
                }
            }
            guard case .unclear = reply("", status: 255, error: "no idea").answer(to: question) else {
                Issue.record("no idea")
                continue
            }
        }
        let noJail = "Sorry but the jail 'sshd' does not exist\n"
        #expect(reply(noJail, status: 255).answer(to: .bans(sshd)) == .noSuchJail)
        guard case .unclear = reply(noJail, status: 255).answer(to: .bans(try jail("other"))) else {
            Issue.record("another jail's answer was taken")
            return
        }
        let old = reply("Invalid command (no get action or not yet implemented)\n", status: 255)
        #expect(
            old.answer(to: .bans(sshd)) == .impossible("this fail2ban, older than 0.11.1, does not tell when bans end"))
    }
}
