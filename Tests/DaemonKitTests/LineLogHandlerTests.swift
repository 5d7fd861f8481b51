import Glibc
import LinuxSystem
import Logging
import Synchronization
import Testing

@testable import DaemonKit

@Suite struct LineLogHandlerTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private func logger(_ lines: Lines, time: timespec? = nil) -> Logger {
        Logger(label: "fail2ban-monitor") { label in
            LineLogHandler(
                label: label, level: Guarded(.info), clock: time.map { time in { @Sendable in time } },
                write: { _, line in lines.all.withLock { $0.append(line) } })
        }
    }

    @Test func `a line has level, daemon, message, and its values in the order of their keys`() {
        let lines = Lines()
        logger(lines).warning("cannot reach the hub", metadata: ["hub": "tcp://192.0.2.1:5678", "attempt": "3"])
        #expect(
            lines.all.withLock { $0 } == [
                "warning fail2ban-monitor: cannot reach the hub attempt=3 hub=tcp://192.0.2.1:5678\n"
            ])
    }

    @Test func `a line begins with the time, in milliseconds and with its zone`() throws {
        let lines = Lines()
        logger(lines, time: timespec(tv_sec: 1_795_233_600, tv_nsec: 42_999_999)).info("ready")
        let line = try #require(lines.all.withLock { $0 }.first)
        let form = /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.042[+-]\d\d:\d\d info fail2ban-monitor: ready\n/
        #expect(line.wholeMatch(of: form) != nil, "\(line)")
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"),
        ("mx5|ssh|Ban|192.0.2.4", "mx5|ssh|Ban|192.0.2.4"),
        ("", #""""#),
        ("two words", #""two words""#),
        ("a=b", #""a=b""#),
        (#"say "no" \ "#, #""say \"no\" \\ ""#),
        ("x\n2026-11-21 error fail2ban-monitor: forged", #""x\n2026-11-21 error fail2ban-monitor: forged""#),
        ("\r\t\0\u{1B}[2J\u{7F}\u{85}", #""\r\t\u{0}\u{1b}[2J\u{7f}\u{85}""#),
        ("a\u{2028}b\u{202E}c\u{200B}d", #""a\u{2028}b\u{202e}c\u{200b}d""#),
        ("a\u{A0}b", "\"a\u{A0}b\""),
        ("Grüße", "Grüße"),
    ])
    func `hostile text stays inside its value`(value: String, expected: String) {
        let lines = Lines()
        logger(lines).info("got it", metadata: ["value": "\(value)", "zone": "1"])
        #expect(lines.all.withLock { $0 } == ["info fail2ban-monitor: got it value=\(expected) zone=1\n"])
    }

    @Test func `nested values, keys, messages and errors cannot forge a line either`() {
        let lines = Lines()
        struct Bad: Error, CustomStringConvertible { let description = "a\nb" }
        let log = logger(lines)
        log.error("one\ntwo", metadata: ["a\nb": ["x\ny", "z"]])
        log.error("three", error: Bad())
        #expect(
            lines.all.withLock { $0 } == [
                #"error fail2ban-monitor: one\ntwo "a\nb"="[\"x\\ny\", \"z\"]""# + "\n",
                #"error fail2ban-monitor: three error="a\nb""# + "\n",
            ])
    }

    @Test func `a long value is cut`() throws {
        let lines = Lines()
        logger(lines).info("long", metadata: ["value": "\(String(repeating: "e\u{301}", count: 1_000_000))"])
        let line = try #require(lines.all.withLock { $0 }.first)
        #expect(line.unicodeScalars.count < LogText.longest + 100)
        #expect(line.hasSuffix("…\n"))
    }

    @Test func `what is below the level is not said`() {
        let lines = Lines()
        var log = logger(lines)
        log.logLevel = .warning
        log.notice("no")
        log.warning("yes")
        #expect(lines.all.withLock { $0 } == ["warning fail2ban-monitor: yes\n"])
    }
}
