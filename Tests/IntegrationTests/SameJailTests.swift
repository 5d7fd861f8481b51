import Foundation
import RealFail2Ban
import Testing

/// A host that detects and is protected, with `targetjail = same`: whose ban is it?
@Suite(.enabled(if: RealFail2Ban.isInstalled, "needs Debian's fail2ban")) struct SameJailTests {
    let hub: TestHub
    let fail2ban: RealFail2Ban
    let folder: Folder
    let subscriber: Daemon
    let monitor: Daemon

    init() async throws {
        hub = try await TestHub()
        fail2ban = try await RealFail2Ban([RealJail("sshd", bantime: "1d")])
        // One host has one state folder: the monitor reads the subscriber's ledger in it.
        folder = try Folder()
        let general = "fail2bansocket = \(fail2ban.socket)"
        subscriber = try await hub.subscriber(
            host: "b", general: general, state: folder.path, "subscriberaction = fail2banclient\ntargetjail = same")
        monitor = try await hub.monitor(host: "b", log: fail2ban.logPath, socket: fail2ban.socket, state: folder.path)
    }

    /// Another host's word, and the hub's ACK.
    private func tell(_ action: String, _ address: String) throws {
        let script = """
            import sys, zmq
            peer = zmq.Context().socket(zmq.REQ)
            peer.connect(sys.argv[1])
            peer.send_string(sys.argv[2])
            assert peer.recv_string() == sys.argv[2]
            """
        _ = try python(script, [hub.replies, "a|sshd|\(action)|\(address)"])
    }

    private func banned() async throws -> Set<String> {
        let output = try await fail2ban.client("get", "sshd", "banip").output
        return Set(output.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// What this host has reported of 198.19.7.0/24, once it has reported a ban of its own that came later.
    private func reported(after marker: String) async throws -> [String] {
        try await fail2ban.client("set", "sshd", "banip", marker)
        try await eventually { hub.broadcast.contains { $0 == "b|sshd|Ban|\(marker)" } }
        return hub.broadcast.filter { $0.hasPrefix("b|") && $0.contains("|198.19.7.") }.map(String.init)
    }

    @Test func `schedule 24: a cluster's ban and its lift make no report`() async throws {
        try tell("Ban", "198.19.7.1")
        try await eventually { try await banned() == ["198.19.7.1"] }
        #expect(try await reported(after: "198.51.100.1") == [])
        try tell("Unban", "198.19.7.1")
        try await eventually { try await banned() == ["198.51.100.1"] }
        #expect(try await reported(after: "198.51.100.2") == [])
        // Nor does a monitor that comes later, reads the lines again, and asks fail2ban for its list.
        try tell("Ban", "198.19.7.2")
        try await eventually { try await banned().contains("198.19.7.2") }
        monitor.kill9()
        let answered = monitor.log.filter { $0.contains("fail2ban answered") && $0.contains("--with-time") }.count
        try await monitor.start()
        try await eventually {
            monitor.log.filter { $0.contains("fail2ban answered") && $0.contains("--with-time") }.count > answered
        }
        #expect(try await reported(after: "198.51.100.3") == [])
    }

    @Test func `schedule 24: what the local fail2ban banned first stays when the cluster lifts it`() async throws {
        try fail2ban.fail("198.19.7.7", in: "sshd")
        try await eventually { hub.broadcast.contains("b|sshd|Ban|198.19.7.7") }
        try tell("Ban", "198.19.7.7")
        try await eventually { subscriber.log.contains { $0.contains("banned it already") } }
        try tell("Unban", "198.19.7.7")
        try tell("Ban", "198.19.7.8")
        try await eventually { try await banned() == ["198.19.7.7", "198.19.7.8"] }
        #expect(try await reported(after: "198.51.100.1") == ["b|sshd|Ban|198.19.7.7"])
    }
}
