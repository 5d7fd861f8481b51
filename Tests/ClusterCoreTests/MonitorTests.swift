import BanModel
import ClusterCore
import Testing

@Suite struct MonitorTests {
    @Test func `a ban is reported as it is read, before fail2ban has answered anything`() {
        var rig = MonitorRig()
        rig.begin()
        rig.line(.banned(address("192.0.2.1")), at: 0.2)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `a natural end is told once, with the line or without it`() {
        for isLogged in [true, false] {
            var rig = MonitorRig()
            rig.fail2ban = running([:], total: 0, bantime: 600)
            rig.begin()
            rig.fail2ban = running(["192.0.2.1": 600], total: 1)
            rig.line(.banned(address("192.0.2.1")), at: 0.1)
            if isLogged {
                rig.wait(until: 599.8)
                rig.line(.unbanned(address("192.0.2.1")), at: 600)
            }
            rig.wait(until: 700)
            #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
        }
    }

    @Test func `a person's unban is told within two seconds`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        rig.fail2ban = running(["192.0.2.1": 610], total: 1)
        rig.line(.banned(address("192.0.2.1")), at: 10)
        rig.fail2ban = running([:], total: 1)
        rig.line(.unbanned(address("192.0.2.1")), at: 60)
        #expect(rig.heard == ["Ban 192.0.2.1"])
        rig.wait(until: 62)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `two looks that both miss an address are a second apart, whoever else is asked about meanwhile`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 600, "192.0.2.2": 600], total: 2)
        rig.begin()
        // The marks of a stop may come into the log this much later than its effects.
        rig.fail2ban = running([:], total: 2)
        rig.line(.unbanned(address("192.0.2.1")), at: 10)
        for tenth in 1...9 { rig.line(.unbanned(address("192.0.2.2")), at: 10 + Double(tenth) / 10) }
        #expect(rig.heard.count == 2)
        rig.line(.stopped, at: 10.95)
        rig.wait(until: 60)
        #expect(rig.heard.count == 2)
    }

    @Test func `a hub that refuses sixteen in a row refuses us, and is left alone for a while`() {
        var rig = MonitorRig()
        rig.isHubUp = false
        for last in 1...40 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
        let answers = (1...32).map { _ in rig.monitor.refused(at: rig.now).goOn }
        let round = Array(repeating: true, count: 15) + [false]
        #expect(answers == round + round)
        rig.isHubUp = true
        rig.wait(until: 3)
        #expect(rig.heard.count == 40)
    }

    @Test func `an answer from before a restart says nothing of the jail after it`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.begin()
        rig.fail2ban = nil
        rig.line(.bannedAlready(address("192.0.2.1")), at: 10)
        #expect(rig.asked == [.bans(sshd)])
        // The server answers, and stops; the answer arrives when the marks of stop and start are read already.
        rig.asked = []
        rig.line(.unbanned(address("192.0.2.1")), at: 10.01)
        rig.line(.stopped, at: 10.02)
        rig.line(.started, at: 10.03)
        let old = running(["192.0.2.1": 600], total: 1)(.bans(sshd), rig.now)
        rig.carryOut(rig.monitor.answered(.bans(sshd), with: old, isLogRead: true, at: rig.now))
        // The new jail restores slowly: for half a minute it lists nobody.
        rig.answerAll(running([:], total: 0))
        rig.fail2ban = running([:], total: 0)
        rig.wait(until: 40)
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.line(.restored(address("192.0.2.1")), at: 41)
        rig.wait(until: 200)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `what the log action has only written down is fail2ban's own to ban and to report`() {
        var rig = MonitorRig()
        rig.ledger(.intended, ssh("192.0.2.1"), at: 1)
        rig.line(.banned(address("192.0.2.1")), at: 1)
        rig.ledger(.logged, ssh("192.0.2.1"), at: 2)
        #expect(rig.heard == ["Ban 192.0.2.1"])
        rig.ledger(.intended, ssh("192.0.2.2"), at: 3)
        rig.ledger(.logged, ssh("192.0.2.2"), at: 3)
        rig.line(.banned(address("192.0.2.2")), at: 5)
        #expect(rig.heard.last == "Ban 192.0.2.2")
    }

    @Test func `an answer that came before the log was read lifts nothing`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 610], total: 1)
        rig.begin()
        rig.fail2ban = nil
        rig.line(.unbanned(address("192.0.2.1")), at: 60)
        for _ in 0..<5 {
            rig.wait(until: (rig.now - start).seconds + 2)
            for question in rig.asked {
                let answer = running([:], total: 1)(question, rig.now)
                rig.carryOut(rig.monitor.answered(question, with: answer, isLogRead: false, at: rig.now))
            }
            rig.asked = []
        }
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `schedule 1: after a restart the table knows that an unban is natural`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0, bantime: 7200)
        rig.begin()
        rig.fail2ban = running(["192.0.2.1": 7200], total: 1, bantime: 7200)
        rig.line(.banned(address("192.0.2.1")), at: 0)
        rig.wait(until: 1800)
        var next = rig.restarted()
        next.fail2ban = running(["192.0.2.1": 7200], total: 1, bantime: 7200)
        next.begin()
        #expect(next.heard == [])  // the hub knows it: the state file says so
        next.wait(until: 3599)
        // 11:00, an hour before its end: not natural, and fail2ban lists it no more.
        next.fail2ban = running([:], total: 1, bantime: 7200)
        var person = next
        person.line(.unbanned(address("192.0.2.1")), at: 3600)
        person.wait(until: 3603)
        #expect(person.heard == ["Unban 192.0.2.1"])
        // At its end: natural, and nothing is asked.
        next.fail2ban = running(["192.0.2.1": 7200], total: 1, bantime: 7200)
        next.wait(until: 7199)
        next.fail2ban = nil
        next.line(.unbanned(address("192.0.2.1")), at: 7199.5)
        #expect(next.heard == ["Unban 192.0.2.1"])
    }

    @Test func `schedule 2: a restart of a jail with slow actions and no marks in the log frees nobody`() {
        let four = (1...4).map { "192.0.2.\($0)" }
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        for (index, text) in four.enumerated() {
            let banned = Dictionary(uniqueKeysWithValues: four[...index].map { ($0, 600.0) })
            rig.fail2ban = running(banned, total: index + 1)
            rig.line(.banned(address(text)), at: Double(index))
        }
        // While the jail stops, nobody is answered.
        rig.fail2ban = nil
        for (index, text) in four.enumerated() { rig.line(.unbanned(address(text)), at: 20 + Double(index)) }
        // The new jail restores one address in 30 s; its list and its count begin with nothing.
        for step in 0...4 {
            let restored = Dictionary(uniqueKeysWithValues: four[..<step].map { ($0, 600.0) })
            if step > 0 { rig.line(.restored(address(four[step - 1])), at: 30 + 30 * Double(step)) }
            rig.answerAll(running(restored, total: step))
            rig.fail2ban = running(restored, total: step)
            rig.wait(until: 55 + 30 * Double(step))
            rig.fail2ban = nil
        }
        #expect(rig.heard == four.map { "Ban \($0)" })
    }

    @Test func `schedule 2: stop and start with marks, however slow, frees nobody`() {
        for isRepealed in [false, true] {
            var rig = MonitorRig()
            rig.fail2ban = running(["192.0.2.1": 600, "192.0.2.2": 600], total: 2)
            rig.begin()
            rig.fail2ban = stopped
            rig.server(.serverStopping, at: 10)
            for text in ["192.0.2.1", "192.0.2.2"] {
                rig.line(isRepealed ? .repealed(address(text)) : .unbanned(address(text)), at: 11)
            }
            rig.line(.stopped, at: 12)
            rig.wait(until: 200)
            rig.server(.serverStarting, at: 200)
            rig.line(.started, at: 201)
            rig.fail2ban = running([:], total: 0)
            rig.wait(until: 230)
            rig.fail2ban = running(["192.0.2.1": 600], total: 1)
            rig.line(.restored(address("192.0.2.1")), at: 231)
            rig.wait(until: 260)
            rig.fail2ban = running(["192.0.2.1": 600, "192.0.2.2": 600], total: 2)
            rig.line(.restored(address("192.0.2.2")), at: 261)
            rig.wait(until: 590)
            #expect(Set(rig.heard) == ["Ban 192.0.2.1", "Ban 192.0.2.2"])
        }
    }

    @Test func `schedule 2: a jail that was stopped for good frees nobody before the end`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.begin()
        rig.fail2ban = { question, _ in question == .jails ? .jails([]) : .noSuchJail }
        rig.line(.unbanned(address("192.0.2.1")), at: 10)
        rig.line(.stopped, at: 11)
        rig.wait(until: 599)
        #expect(rig.heard == ["Ban 192.0.2.1"])
        rig.wait(until: 601)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `what was not restored is lifted once the jail must be done with restoring`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 900, "192.0.2.2": 900], total: 2)
        rig.begin()
        rig.line(.stopped, at: 10)
        rig.fail2ban = running(["192.0.2.1": 900], total: 1)
        rig.line(.started, at: 11)
        rig.line(.restored(address("192.0.2.1")), at: 12)
        rig.wait(until: 80)
        #expect(rig.heard.count == 2)
        rig.wait(until: 90)
        #expect(rig.heard.last == "Unban 192.0.2.2")
    }

    @Test func `schedule 3: a ban that fails again ends later, and the others hear of no end before`() {
        for isLogged in [true, false] {
            var rig = MonitorRig()
            rig.fail2ban = running(["192.0.2.1": 30], total: 1)
            rig.begin()
            rig.wait(until: 12)
            rig.fail2ban = running(["192.0.2.1": 42], total: 1)
            if isLogged { rig.line(.bannedAlready(address("192.0.2.1")), at: 12) }
            rig.wait(until: 41.5)
            #expect(rig.heard == ["Ban 192.0.2.1"])
            rig.fail2ban = running([:], total: 1)
            rig.wait(until: 43)
            #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
        }
    }

    @Test(arguments: [(3600.0, 3600.0), (60.0, 60.0)])
    func `schedule 4: a changed bantime moves the ends of bans in force`(bantime: Double, end: Double) {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0, bantime: 600)
        rig.begin()
        rig.fail2ban = running(["192.0.2.1": 600], total: 1, bantime: 600)
        rig.line(.banned(address("192.0.2.1")), at: 0.5)
        rig.fail2ban = running(["192.0.2.1": end], total: 1, bantime: bantime)
        if end < 600 {
            // Its end comes before the one that we know: the log says so, and fail2ban lists it no more.
            rig.wait(until: end)
            rig.fail2ban = running([:], total: 1, bantime: bantime)
            rig.line(.unbanned(address("192.0.2.1")), at: end + 0.5)
        } else {
            rig.wait(until: end - 0.5)
            #expect(rig.heard == ["Ban 192.0.2.1"])
            rig.fail2ban = running([:], total: 1, bantime: bantime)
        }
        rig.wait(until: end + 3)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `schedule 4: the end counts from the failure, as fail2ban lists it`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0, bantime: 600)
        rig.begin()
        rig.line(.banned(address("192.0.2.1")), at: 20)  // the failure was at 5
        rig.fail2ban = running(["192.0.2.1": 605], total: 1, bantime: 600)
        rig.line(.bannedAlready(address("192.0.2.1")), at: 30)
        #expect(rig.records.contains { if case .live(_, let state) = $0 { state.until == .at(606) } else { false } })
    }

    @Test func `an end that fail2ban prints without its fraction is the whole second's end`() {
        // Banned again by a person at 12.7: it ends at 42.7, and 42 is what the list says.
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 42], total: 1)
        rig.begin()
        rig.wait(until: 42.9)
        #expect(rig.heard == ["Ban 192.0.2.1"])
        rig.wait(until: 43)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
        // Prolonged by less than a second: the list says 31, and we reckoned 30.8.
        var other = MonitorRig()
        other.fail2ban = running([:], total: 0, bantime: 30)
        other.begin()
        other.fail2ban = running(["192.0.2.1": 31], total: 1, bantime: 30)
        other.line(.banned(address("192.0.2.1")), at: 0.8)
        other.wait(until: 31.9)
        #expect(other.heard == ["Ban 192.0.2.1"])
        // The observer's word is cut the same way.
        var observed = MonitorRig()
        observed.fail2ban = running([:], total: 0, bantime: 30)
        observed.begin()
        observed.fail2ban = nil
        observed.line(.increased(address("192.0.2.1"), until: .at(60)), at: 1)
        observed.wait(until: 60.9)
        #expect(observed.heard == ["Ban 192.0.2.1"])
    }

    @Test func `a ban read before the bantime was known ends by it, though fail2ban never lists it`() {
        var rig = MonitorRig()
        rig.begin()
        rig.line(.banned(address("192.0.2.1")), at: 0.5)
        rig.line(.banned(address("192.0.2.2")), at: 0.6)
        rig.line(.increased(address("192.0.2.2"), until: .at(3600)), at: 0.6)
        rig.answerAll { question, _ in
            switch question {
            case .jails: .jails([sshd])
            case .bantime: .bantime(.seconds(600))
            case .bans, .status: .unclear("busy")
            }
        }
        rig.fail2ban = stopped
        rig.server(.serverStopping, at: 10)
        rig.wait(until: 600)
        #expect(rig.heard == ["Ban 192.0.2.1", "Ban 192.0.2.2"])
        rig.wait(until: 601)
        #expect(rig.heard.last == "Unban 192.0.2.1")
        rig.wait(until: 3599)
        #expect(rig.heard.count == 3)
    }

    @Test func `an end waits for the answer on its way, and ten seconds at most`() {
        for isAnswered in [true, false] {
            var rig = MonitorRig()
            rig.fail2ban = running(["192.0.2.1": 30], total: 1)
            rig.begin()
            rig.fail2ban = nil
            rig.wait(until: 33)
            #expect(rig.asked == [.bans(sshd)])
            #expect(rig.heard == ["Ban 192.0.2.1"])
            if isAnswered { rig.answerAll(running(["192.0.2.1": 60], total: 1)) }
            rig.wait(until: 42)
            #expect(rig.heard.count == (isAnswered ? 1 : 2))
        }
        // An answer that does not list it any more ends it at once.
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 30], total: 1)
        rig.begin()
        rig.fail2ban = nil
        rig.wait(until: 33)
        rig.answerAll(running([:], total: 1))
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `a list tells the end though a status was answered since it was asked for`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 30], total: 1)
        rig.begin()
        rig.fail2ban = nil
        rig.line(.bannedAlready(address("192.0.2.9")), at: 10)
        rig.line(.unbanned(address("192.0.2.1")), at: 11)
        #expect(rig.asked == [.bans(sshd), .status(sshd)])
        let answer = running(["192.0.2.1": 60], total: 1)
        rig.now = .at(12)
        rig.carryOut(
            rig.monitor.answered(.status(sshd), with: answer(.status(sshd), rig.now), isLogRead: true, at: rig.now))
        rig.now = .at(13)
        rig.carryOut(
            rig.monitor.answered(.bans(sshd), with: answer(.bans(sshd), rig.now), isLogRead: true, at: rig.now))
        rig.fail2ban = answer
        rig.wait(until: 59)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `what came while it was down is read before an end is told`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 30], total: 1)
        rig.begin()
        var next = rig.restarted()
        next.now = .at(100)
        next.begin()
        let line = LogRecord(time: .at(29), event: .jail(sshd, .increased(address("192.0.2.1"), until: .at(600))))
        next.carryOut(next.monitor.read(line, at: next.now))
        next.wait(until: 101)
        #expect(next.heard == [])
    }

    @Test(arguments: [true, false])
    func `what fails again is banned longer, though fail2ban is stopped before it can be asked`(asks: Bool) {
        var settings = MonitorRig.settings
        settings.asks = asks
        settings.bantime = .seconds(600)
        var rig = MonitorRig(settings: settings)
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        rig.fail2ban = stopped
        rig.line(.banned(address("192.0.2.1")), at: 1)
        rig.line(.bannedAlready(address("192.0.2.1")), at: 500)
        rig.server(.serverStopping, at: 501)
        rig.wait(until: 1099)
        #expect(rig.heard == ["Ban 192.0.2.1"])
        rig.wait(until: 1101)
        #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
    }

    @Test func `schedule 5: the observer's word counts, before the ban's line or after it`() {
        for isFirst in [true, false] {
            var rig = MonitorRig()
            rig.fail2ban = running([:], total: 0, bantime: 600)
            rig.begin()
            rig.fail2ban = nil
            let increase = LogRecord.JailEvent.increased(address("192.0.2.1"), until: .at(3600))
            if isFirst { rig.line(increase, at: 1) }
            rig.line(.banned(address("192.0.2.1")), at: 1.01)
            if !isFirst { rig.line(increase, at: 1.02) }
            rig.wait(until: 3599)
            #expect(rig.heard == ["Ban 192.0.2.1"])
            // fail2ban was asked, and does not answer.
            rig.wait(until: 3612)
            #expect(rig.heard == ["Ban 192.0.2.1", "Unban 192.0.2.1"])
        }
    }

    @Test func `schedule 8: what was banned before the monitor came is reported`() {
        let bans = Dictionary(uniqueKeysWithValues: (1...50).map { ("192.0.2.\($0)", 600.0) })
        var rig = MonitorRig()
        rig.fail2ban = running(bans, total: 50)
        rig.begin()
        #expect(Set(rig.heard) == Set(bans.keys.map { "Ban \($0)" }))
        #expect(rig.heard.count == 50)
    }

    @Test func `schedule 24: our own ban and unban are no news, however late they are read`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        rig.ledger(.intended, ssh("192.0.2.1"), at: 100)
        rig.ledger(.held, ssh("192.0.2.1"), at: 100.2)
        rig.ledger(.released, ssh("192.0.2.1"), at: 200)
        rig.line(.banned(address("192.0.2.1")), at: 3700, written: 100.1)
        rig.line(.unbanned(address("192.0.2.1")), at: 3700, written: 199.9)
        #expect(rig.heard == [])
        rig.line(.banned(address("192.0.2.1")), at: 3701, written: 3600)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `schedule 24: listed by fail2ban and banned by us is no news either`() {
        var rig = MonitorRig()
        rig.ledger(.intended, ssh("192.0.2.1"), at: -10)
        rig.ledger(.held, ssh("192.0.2.1"), at: -10)
        rig.ledger(.intended, ssh("192.0.2.2"), at: -10)
        rig.fail2ban = running(["192.0.2.1": 600, "192.0.2.2": 600, "192.0.2.3": 600], total: 3)
        rig.begin()
        #expect(rig.heard == ["Ban 192.0.2.3"])
    }

    @Test func `schedule 24: where fail2ban came first, its ban is reported as soon as that is known`() {
        var rig = MonitorRig()
        rig.fail2ban = running([:], total: 0)
        rig.begin()
        rig.ledger(.intended, ssh("192.0.2.1"), at: 10)
        rig.fail2ban = running(["192.0.2.1": 600], total: 1)
        rig.line(.banned(address("192.0.2.1")), at: 10.1)
        #expect(rig.heard == [])
        rig.ledger(.foreign, ssh("192.0.2.1"), at: 10.3)
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `the subscriber's own jail is nobody's news`() {
        var rig = MonitorRig()
        rig.begin()
        rig.line(.banned(address("192.0.2.1")), in: Jail("fail2bancluster")!, at: 1)
        #expect(rig.heard == [])
    }

    @Test(arguments: ["127.0.0.1", "0.0.0.0/0", "10.0.0.0/8", "::1", "224.0.0.1", "fe80::/10"])
    func `what may never be banned is not reported`(text: String) {
        var rig = MonitorRig()
        rig.fail2ban = running([text: 600], total: 1)
        rig.begin()
        rig.line(.banned(address(text)), at: 1)
        #expect(rig.heard == [])
        #expect(rig.notes.contains { if case .neverBanned = $0 { true } else { false } })
    }

    @Test func `by the log alone an early unban counts after a minute without a sign of a stop`() {
        var settings = MonitorRig.settings
        settings.asks = false
        settings.bantime = .seconds(600)
        var rig = MonitorRig(settings: settings)
        rig.begin()
        for last in 1...3 { rig.line(.banned(address("192.0.2.\(last)")), at: 1) }
        rig.line(.unbanned(address("192.0.2.1")), at: 20)
        rig.wait(until: 79)
        #expect(rig.heard.count == 3)
        rig.wait(until: 81)
        #expect(rig.heard.last == "Unban 192.0.2.1")
        // A stop whose actions take 50 s each: its mark comes after the last.
        rig.line(.unbanned(address("192.0.2.2")), at: 100)
        rig.line(.unbanned(address("192.0.2.3")), at: 150)
        rig.line(.stopped, at: 200)
        rig.wait(until: 590)
        #expect(rig.heard.count == 4)
        #expect(rig.asked == [])
    }

    @Test func `what is on disk is what the hub has ACKed, and the position never runs ahead of it`() {
        var rig = MonitorRig()
        rig.isHubUp = false
        let first = LogPosition(device: 1, inode: 2, offset: 100, headLength: 100, headSum: 3, tailSum: 4)
        rig.line(.banned(address("192.0.2.1")), at: 1)
        rig.carryOut(rig.monitor.reached(first, at: rig.now))
        #expect(rig.records == [])
        rig.isHubUp = true
        rig.wait(until: 2)
        #expect(rig.records.count == 2)
        #expect(rig.records.last == .position(first))
    }

    @Test func `a line that is read again makes the same report`() {
        var rig = MonitorRig()
        rig.line(.banned(address("192.0.2.1")), at: 1)
        var other = MonitorRig()
        other.line(.banned(address("192.0.2.1")), at: 500, written: 1)
        #expect(rig.records == other.records)
    }

    @Test func `while fail2ban does not run, it is asked one thing, with growing pauses`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 100_000], total: 1)
        rig.begin()
        rig.fail2ban = nil
        rig.wait(until: 300)
        var count = 0
        for _ in 0..<1000 where (rig.now - start).seconds < 900 {
            for question in rig.asked {
                count += 1
                rig.carryOut(rig.monitor.answered(question, with: .notRunning("x"), isLogRead: true, at: rig.now))
            }
            rig.asked = []
            guard let next = rig.monitor.nextDeadline else { break }
            rig.now = max(rig.now, next)
            rig.carryOut(rig.monitor.advance(to: rig.now))
        }
        #expect((5...20).contains(count))
        rig.answerAll(running(["192.0.2.1": 100_000], total: 1))
        #expect(rig.heard == ["Ban 192.0.2.1"])
    }

    @Test func `nothing is asked again and again when nothing happens`() {
        var rig = MonitorRig()
        rig.fail2ban = running(["192.0.2.1": 100_000], total: 1)
        rig.begin()
        rig.wait(until: 1)
        let next = rig.monitor.nextDeadline
        #expect(next.map { $0 - rig.now > .seconds(200) } ?? true)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
