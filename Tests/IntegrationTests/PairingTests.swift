import Foundation
import RealFail2Ban
import Testing

/// Every daemon beside every other, ours or the original's: whoever runs the original replaces it host by host.
@Suite(.serialized, .enabled(if: RealFail2Ban.isInstalled, "needs Debian's fail2ban")) struct PairingTests {
    struct Pairing: Sendable, CustomTestStringConvertible {
        var monitorIsOurs: Bool
        var publisherIsOurs: Bool
        var subscriberIsOurs: Bool

        static let all = [false, true].flatMap { monitor in
            [false, true].flatMap { publisher in
                [false, true].map {
                    Pairing(monitorIsOurs: monitor, publisherIsOurs: publisher, subscriberIsOurs: $0)
                }
            }
        }

        var testDescription: String {
            let words = [monitorIsOurs, publisherIsOurs, subscriberIsOurs].map { $0 ? "ours" : "original" }
            return words.joined(separator: " → ")
        }
    }

    /// A real fail2ban that bans whom the subscriber's log names, by the filter that the original's users have.
    private func protectedHost() async throws -> RealFail2Ban {
        let fail2ban = try await RealFail2Ban([RealJail("cluster")])
        let filter = #"""
            [Definition]
            failregex = fail2ban-zmq-tools Subscriber: Got broadcast message: .*\|Ban\|<HOST>$
            """#
        try filter.write(toFile: fail2ban.folder + "/filter.d/failures.conf", atomically: true, encoding: .utf8)
        let reply = try await fail2ban.client("reload")
        try #require(reply.status == 0, "\(reply)")
        return fail2ban
    }

    @Test(arguments: Pairing.all)
    func `an attacker is banned at the end, and nobody dies`(pairing: Pairing) async throws {
        let log = try Folder()
        try log.append("", to: "fail2ban.log")
        let fail2ban = try await protectedHost()
        let actionLog = fail2ban.folder + "/cluster.failures"
        let (replies, broadcasts) = ("ipc://\(log.file("replies"))", "ipc://\(log.file("broadcasts"))")
        var daemons: [Daemon] = []
        var originals: [Original] = []

        if pairing.publisherIsOurs {
            daemons += [try await TestHub(replies: replies, broadcasts: broadcasts).publisher]
        } else {
            originals += [try await Original("publisher", [replies, broadcasts])]
        }
        if pairing.subscriberIsOurs {
            let section =
                "[subscriber]\nzmqpublisherurl = \(broadcasts)\nsubscriberaction = log\nlogfile = \(actionLog)"
            daemons += [try await Daemon("fail2ban-subscriber", host: "b", section: section)]
        } else {
            originals += [try await Original("subscriber", [broadcasts, actionLog, "b"])]
        }
        if pairing.monitorIsOurs {
            let section = "[monitor]\nzmqreplyserver = \(replies)\nfail2banlogpath = \(log.file("fail2ban.log"))"
            daemons += [try await Daemon("fail2ban-monitor", host: "a", general: "fail2banclient =", section: section)]
        } else {
            originals += [try await Original("monitor", [log.file("fail2ban.log"), replies, "a"])]
        }

        // A PUB tells nobody when it is heard: ban until somebody is.
        var last = 0
        func banned() async throws -> Set<String> {
            let reply = try await fail2ban.client("get", "cluster", "banip")
            return Set(reply.output.split(whereSeparator: \.isWhitespace).map(String.init))
        }
        try await eventually("somebody is banned", within: .seconds(60)) {
            last += 1
            try log.append(WireTests.line("[sshd] Ban 198.19.7.\(last)"), to: "fail2ban.log")
            try await Task.sleep(for: .milliseconds(200))
            return try await !banned().isEmpty
        }
        // What the original's publisher refuses does not stop what comes behind it.
        for text in ["[sshd] Ban 2001:db8::1", "[my.jail] Ban 198.51.100.1", "[sshd] Ban 203.0.113.7"] {
            try log.append(WireTests.line(text), to: "fail2ban.log")
        }
        try await eventually("what came last is banned too", within: .seconds(60)) {
            try await banned().contains("203.0.113.7")
        }
        #expect(originals.filter { !$0.isAlive }.map(\.said) == [])
        for daemon in daemons { #expect(daemon.stop() == 0) }
        let heard = try String(contentsOfFile: actionLog, encoding: .utf8).split(separator: "\n")
        let text = "fail2ban-subscriber: fail2ban-zmq-tools Subscriber: Got broadcast message: "
        for line in heard {
            let message = try #require(line.range(of: text)).upperBound
            #expect(line[message...].split(separator: "|", omittingEmptySubsequences: false).count == 4, "\(line)")
        }
    }
}
