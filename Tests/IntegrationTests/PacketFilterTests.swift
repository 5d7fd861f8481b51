import Foundation
import Glibc
import OwnThread
import RealFail2Ban
import Testing

/// `subscriberaction = nftables`, with the real nft: hub, subscriber and the administrator's command in one network.
@Suite(
    .enabled(if: OwnNetwork.hasPacketFilter, "needs root, network namespaces and nft"), .timeLimit(.minutes(10)))
struct PacketFilterTests {
    /// A hub and a host that obeys it, in a network of their own.
    private final class Rig {
        let network: OwnNetwork
        let hub: TestHub
        let subscriber: Daemon
        private let desk: Folder

        init(_ more: String = "") async throws {
            network = try OwnNetwork()
            hub = try await TestHub(wrapper: network.wrapper)
            subscriber = try await hub.subscriber(
                host: "b", general: "fail2banclient =", "subscriberaction = nftables\n\(more)", wrapper: network.wrapper
            )
            desk = try Folder()
            try """
            [general]
            hostname = desk
            statedir = \(desk.path)
            fail2banclient =
            [monitor]
            zmqreplyserver = \(hub.replies)
            """.write(toFile: desk.file("conf"), atomically: true, encoding: .utf8)
        }

        func run(_ arguments: String...) throws -> String {
            let result = try Daemon.run(
                "fail2ban-cluster", arguments + ["--config", desk.file("conf")], wrapper: network.wrapper)
            try #require(result.status == 0, "\(result)")
            return result.output
        }

        func ban(_ address: String, for time: String = "1h") throws { _ = try run("ban", address, "--time", time) }

        func nft(_ text: String) throws { try #require(network.run("nft", "-f", "-", input: text + "\n") != nil) }

        var table: String? { network.run("nft", "list", "table", "inet", "fail2ban-cluster") }

        /// What the kernel holds, addresses and networks.
        var held: Set<String> {
            let words = (table ?? "").split { " ,\n\t{}".contains($0) }
            return Set(zip(words, words.dropFirst()).filter { $0.1 == "timeout" }.map { String($0.0) })
                .subtracting(["flags", "interval"])
        }

        func holds(_ expected: String...) async throws {
            try await eventually(within: .seconds(30)) { held == Set(expected) }
        }

        /// Whether a datagram from one loopback address arrives at another.
        func passes(from source: String) -> Bool {
            let script = """
                import socket
                a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); a.bind(("127.9.9.9", 0)); a.settimeout(0.2)
                b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); b.bind(("\(source)", 0))
                b.sendto(b"x", a.getsockname()); a.recv(1)
                """
            return network.run("python3", "-c", script) != nil
        }
    }

    @Test func `a ban is in the kernel, drops what comes from there, and is gone when it is lifted`() async throws {
        let rig = try await Rig()
        _ = rig.network.run("ip", "address", "add", "198.51.100.7/32", "dev", "lo")
        #expect(rig.passes(from: "198.51.100.7"))
        try rig.ban("198.51.100.7")
        try rig.ban("2001:db8::7")
        try rig.ban("203.0.113.0/24")
        try await rig.holds("198.51.100.7", "2001:db8::7", "203.0.113.0/24")
        #expect(!rig.passes(from: "198.51.100.7"))
        #expect(rig.table?.contains("counter packets 1 ") == true)
        try await eventually(within: .seconds(30)) {
            try rig.run("status", "--json").contains("\"lag\":0")
        }
        _ = try rig.run("unban", "198.51.100.7")
        try await rig.holds("2001:db8::7", "203.0.113.0/24")
        #expect(rig.passes(from: "198.51.100.7"))
        #expect(rig.subscriber.stop() == 0)
        #expect(rig.held == ["2001:db8::7", "203.0.113.0/24"])
    }

    @Test func `schedule 27: a network and what lies inside are each freed at their own time`() async throws {
        let rig = try await Rig()
        try rig.ban("198.51.100.0/24", for: "8s")
        try rig.ban("198.51.100.64/26")
        try rig.ban("198.51.100.7")
        try await rig.holds("198.51.100.0/24", "198.51.100.7")
        try await rig.holds("198.51.100.64/26", "198.51.100.7")
        _ = try rig.run("unban", "198.51.100.64/26")
        try await rig.holds("198.51.100.7")
    }

    @Test func `an allowed address is in the kernel no more, nor any network that it is in, with a hub or without`()
        async throws
    {
        let rig = try await Rig()
        try rig.ban("198.51.100.7")
        try rig.ban("198.51.100.0/24")
        try rig.ban("203.0.113.1")
        try await rig.holds("198.51.100.0/24", "198.51.100.7", "203.0.113.1")
        _ = try rig.run("allow", "198.51.100.7")
        try await rig.holds("203.0.113.1")
        #expect(try rig.run("allowed").contains("198.51.100.7"))
        // Reported again, and by what it is in.
        try rig.ban("198.51.100.7", for: "2h")
        try rig.ban("198.51.100.0/25")
        try rig.ban("203.0.113.2")
        try await rig.holds("203.0.113.1", "203.0.113.2")
        // No hub, a host that starts anew, and a table that is made anew.
        rig.hub.publisher.kill9()
        rig.subscriber.kill9()
        try rig.nft("flush ruleset")
        try await rig.subscriber.start()
        try await rig.holds("203.0.113.1", "203.0.113.2")
    }

    @Test func `what changed while the subscriber was dead is made right by its start`() async throws {
        let rig = try await Rig()
        try rig.ban("198.51.100.1")
        try rig.ban("198.51.100.2")
        try rig.ban("203.0.113.0/24")
        try await rig.holds("198.51.100.1", "198.51.100.2", "203.0.113.0/24")
        rig.subscriber.kill9()
        _ = try rig.run("unban", "198.51.100.1")
        _ = try rig.run("unban", "203.0.113.0/24")
        try rig.ban("198.51.100.3")
        try rig.nft("delete element inet fail2ban-cluster addresses4 { 198.51.100.2 }")
        try rig.nft("add element inet fail2ban-cluster addresses4 { 198.51.100.9 }")
        try await rig.subscriber.start()
        try await rig.holds("198.51.100.2", "198.51.100.3")
        #expect(rig.table?.contains("198.51.100.9") == false)
    }

    @Test func `a table that was deleted is there again with the next ban, and with all that it held`() async throws {
        let rig = try await Rig()
        try rig.ban("198.51.100.1")
        try await rig.holds("198.51.100.1")
        try rig.nft("flush ruleset")
        try rig.ban("198.51.100.2")
        try await rig.holds("198.51.100.1", "198.51.100.2")
    }

    @Test func `a new priority, other interfaces and flushonstop are taken at a reload`() async throws {
        let rig = try await Rig()
        try rig.ban("198.51.100.1")
        try await rig.holds("198.51.100.1")
        _ = try await rig.subscriber.reload {
            $0 += "\nnftpriority = -150\nnftinterfaces = eth0 lo\nflushonstop = true\n"
        }
        try await eventually(within: .seconds(20)) { rig.table?.contains("@interfaces") == true }
        #expect(rig.held == ["198.51.100.1"])
        #expect(rig.subscriber.stop() == 0)
        #expect(rig.network.run("nft", "list", "ruleset") == "")
    }
}
