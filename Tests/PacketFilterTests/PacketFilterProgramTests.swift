import BanModel
import Glibc
import LinuxSystem
import OwnThread
import Testing

@testable import PacketFilter

/// The real nft, in networks of the tests' own.
@Suite(
    .enabled(if: OwnNetwork.hasPacketFilter, "needs root, network namespaces and nft"), .timeLimit(.minutes(5)))
struct PacketFilterProgramTests {
    typealias Element = PacketFilterChange.Element

    private static let form = PacketFilterForm(priority: -20, interfaces: ["lo", "eth0.7"])

    private let network: OwnNetwork
    private let program: PacketFilterProgram

    init() throws {
        network = try OwnNetwork()
        program = PacketFilterProgram(program: network.wrapper[0], before: network.wrapper.dropFirst() + ["nft"])
    }

    private func address(_ text: String) -> Address { try! Address(text) }

    private func elements(_ texts: [(String, Int?)]) -> [Element] {
        texts.map { Element(address($0.0), for: $0.1.map { .seconds($0) }) }
    }

    /// What is held, with its form; nil: not as we make it.
    private func held(_ form: PacketFilterForm = form) -> [String: Duration]? {
        guard case .packetFilter(let elements) = program.read(form) else { return ["no answer": .zero] }
        return elements.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.key.description, $0.value) }) }
    }

    @Test(arguments: [PacketFilterForm(), form])
    func `a table that was made is read again, of its form alone`(form: PacketFilterForm) {
        #expect(held(form) == nil)
        #expect(program.carryOut(PacketFilterChange(form: form)) == .changed(0))
        #expect(held(form) == [:])
        #expect(held(PacketFilterForm(priority: -21, interfaces: form.interfaces)) == nil)
        #expect(held(PacketFilterForm(priority: form.priority, interfaces: ["lo"])) == nil)
        #expect(program.remove(within: .seconds(10)) == nil)
        #expect(program.remove(within: .seconds(10)) == nil)
        #expect(network.run("nft", "list", "ruleset") == "")
    }

    @Test func `elements are put in, given other ends and taken out, whether they are there or not`() throws {
        var change = PacketFilterChange(form: Self.form)
        change.addresses = elements([("198.51.100.1", 100), ("2001:db8::1", 100), ("198.51.100.2", 100)])
        change.networks = elements([("198.51.102.0/24", 100), ("2001:db8:1::/48", 100)])
        #expect(program.carryOut(change) == .changed(5))
        let first = try #require(held())
        #expect(first.count == 5 && first.values.allSatisfy { (.seconds(90)...(.seconds(100))).contains($0) })
        change = PacketFilterChange(
            addresses: elements([
                ("198.51.100.1", 5000), ("198.51.100.2", nil), ("198.51.100.3", nil), ("198.51.100.4", 50),
            ]))
        change.networks = elements([("198.51.102.0/25", 5000)])
        #expect(program.carryOut(change) == .changed(5))
        let second = try #require(held())
        #expect(Set(second.keys) == ["198.51.100.1", "2001:db8::1", "198.51.100.4", "198.51.102.0/25"])
        #expect(try #require(second["198.51.100.1"]) > .seconds(4900))
        #expect(try #require(second["198.51.102.0/25"]) > .seconds(4900))
        #expect(try #require(second["198.51.100.4"]) <= .seconds(50))
    }

    @Test(arguments: [
        Duration.milliseconds(1), .seconds(100_000), .milliseconds(7 * 86_400_000 - 1), .seconds(7 * 86_400),
    ])
    func `an element may last from a millisecond to a week`(timeout: Duration) throws {
        var change = PacketFilterChange(form: Self.form)
        change.addresses = [Element(address("198.51.100.1"), for: timeout)]
        change.networks = [Element(address("2001:db8::/48"), for: timeout)]
        #expect(program.carryOut(change) == .changed(2))
        let found = try #require(held())
        if timeout > .seconds(1) { #expect(found.count == 2) }
        #expect(found.values.allSatisfy { $0 <= timeout && $0 > timeout - .seconds(60) })
    }

    @Test func `schedule 27: the kernel frees a network and an address inside each at its own time`() async throws {
        var change = PacketFilterChange(form: Self.form)
        change.addresses = elements([("198.51.100.7", 3600)])
        change.networks = [Element(address("198.51.100.0/24"), for: .milliseconds(200))]
        #expect(program.carryOut(change) == .changed(2))
        while held()?["198.51.100.0/24"] != nil { await Task.yield() }
        #expect(Set(try #require(held()).keys) == ["198.51.100.7"])
    }

    @Test(arguments: [
        ["delete", "table", "inet", "fail2ban-cluster"], ["flush", "table", "inet", "fail2ban-cluster"],
        ["flush", "ruleset"], ["flush", "set", "inet", "fail2ban-cluster", "addresses4"],
        ["flush", "set", "inet", "fail2ban-cluster", "networks6"],
        ["flush", "chain", "inet", "fail2ban-cluster", "input"],
        ["add", "element", "inet", "fail2ban-cluster", "networks4", "{ 198.51.100.1-198.51.100.6 }"],
        ["add", "rule", "inet", "fail2ban-cluster", "input", "accept"],
        ["add", "chain", "inet", "fail2ban-cluster", "other"],
    ])
    func `a table that somebody changed is known, and can be made anew`(command: [String]) {
        let change = PacketFilterChange(form: Self.form, addresses: elements([("198.51.100.1", 100)]))
        #expect(program.carryOut(change) == .changed(1))
        #expect(held()?.count == 1)
        #expect(network.run("nft", "-f", "-", input: command.joined(separator: " ") + "\n") == "")
        #expect(held() == nil)
        #expect(program.carryOut(change) == .changed(1))
        #expect(held()?.count == 1)
    }

    @Test func `an element that a person added is listed, without an end`() throws {
        #expect(program.carryOut(PacketFilterChange(form: Self.form)) == .changed(0))
        let command = "add element inet fail2ban-cluster addresses4 { 198.51.100.9 }\n"
        #expect(network.run("nft", "-f", "-", input: command) == "")
        #expect(try #require(held()?["198.51.100.9"]) > .seconds(1_000_000))
    }

    @Test func `a change that cannot be is nothing done, and says why`() {
        let change = PacketFilterChange(addresses: elements([("198.51.100.1", 100)]))
        guard case .unclear(let reason) = program.carryOut(change) else {
            Issue.record("a change without a table was carried out")
            return
        }
        #expect(reason.contains("No such file or directory"))
        #expect(network.run("nft", "list", "ruleset") == "")
    }

    @Test func `other tables stay as they are`() {
        let other = "table inet other {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 198.51.100.1 }\n\t}\n}\n"
        #expect(network.run("nft", "-f", "-", input: other) == "")
        #expect(program.carryOut(PacketFilterChange(form: Self.form)) == .changed(0))
        #expect(program.remove(within: .seconds(10)) == nil)
        #expect(network.run("nft", "list", "ruleset") == other)
    }

    @Test func `a program that is not there is said to be impossible`() {
        guard case .impossible = PacketFilterProgram(program: "/nonexistent/nft").read(Self.form) else {
            Issue.record("no program, and no complaint")
            return
        }
    }

    @Test(arguments: [1, 10_000, 100_000])
    func `ten thousand addresses and more go in at once, and are read`(count: Int) {
        let many = (0..<count).map { number in
            Element(address("198.\(18 + number >> 16).\(number >> 8 & 255).\(number & 255)"), for: .seconds(3600))
        }
        func measure(_ name: String, _ work: () -> Bool) {
            let began = SystemClock.monotonic()
            #expect(work())
            print("nft: \(name) \(count): \((SystemClock.monotonic() - began) / 1000) ms")
        }
        measure("anew with") {
            program.carryOut(PacketFilterChange(form: Self.form, addresses: many)) == .changed(count)
        }
        measure("look at") { held()?.count == count }
        measure("other ends for") { program.carryOut(PacketFilterChange(addresses: many)) == .changed(count) }
        let networks = (0..<min(count, 60_000)).map { number in
            Element(address("2001:db8:\(String(number, radix: 16))::/48"), for: .seconds(3600))
        }
        measure("networks up to") {
            program.carryOut(PacketFilterChange(networks: networks)) == .changed(networks.count)
        }
    }
}
