import BanModel
import Fail2Ban
import Testing

@Suite struct SpoolLineTests {
    private func line(_ text: String) -> SpoolLine { SpoolLine(Array(text.utf8)[...]) }

    @Test(
        arguments: [
            ("ban sshd 192.0.2.1 600 1800000000", "192.0.2.1", 1_800_000_000_000_000, 600),
            ("ban sshd 192.0.2.1 600 1800000000.5", "192.0.2.1", 1_800_000_000_500_000, 600),
            ("ban sshd 2001:db8::1 -1 1795258418.9807496", "2001:db8::1", 1_795_258_418_980_749, nil),
            ("ban sshd 198.51.100.0/24 0 1800000000.000001", "198.51.100.0/24", 1_800_000_000_000_001, 0),
        ] as [(String, String, Int64, Int64?)])
    func `a ban, from when on and how long`(text: String, address: String, time: Int64, bantime: Int64?) throws {
        let subject = Subject(Jail("sshd")!, try Address(address))
        let ban = SpooledBan(subject, time: Timestamp(microseconds: time), bantime: bantime.map { .seconds($0) })
        #expect(line(text) == .ban(ban))
    }

    @Test func `an empty line is none`() { #expect(line("") == .empty) }

    @Test(arguments: [
        " ", "ban", "ban sshd 192.0.2.1 600", "ban sshd 192.0.2.1 600 1 1", "Ban sshd 192.0.2.1 600 1",
        "unban sshd 192.0.2.1 600 1", "ban s|h 192.0.2.1 600 1", "ban  192.0.2.1 600 1", "ban sshd 192.0.2 600 1",
        "ban sshd host.example 600 1", "ban sshd 192.0.2.1 -2 1", "ban sshd 192.0.2.1 6e2 1",
        "ban sshd 192.0.2.1 +600 1", "ban sshd 192.0.2.1 600 -1", "ban sshd 192.0.2.1 600 1.",
        "ban sshd 192.0.2.1 600 1.2.3", "ban sshd 192.0.2.1 600 1.x", "ban sshd 192.0.2.1 600 nan",
        "ban sshd 192.0.2.1 9999999999999 1", "ban sshd 192.0.2.1 600 99999999999999",
        "ban sshd 198.51.100.1ban sshd 198.51.100.2 600 1800000000", "ban sshd 192.0.2.1 600 1\r",
        "ban sshd 192.0.2.1 600 1 # \u{1B}[31m", "ban " + String(repeating: "s", count: 65) + " 192.0.2.1 600 1",
        String(repeating: "x", count: 100_000),
    ])
    func `what is no ban is refused, with a reason that can be printed`(text: String) {
        guard case .refused(let reason) = line(text) else {
            Issue.record("taken: \(text)")
            return
        }
        #expect(reason.utf8.count < 120 && reason.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
    }

    @Test func `bytes that are no text are refused`() {
        let bytes = Array("ban sshd ".utf8) + [0xFF, 0x00] + Array(" 600 1".utf8)
        guard case .refused = SpoolLine(bytes[...]) else {
            Issue.record("taken")
            return
        }
    }
}
