import BanModel
import Foundation
import Glibc
import LinuxSystem
import OwnThread
import Testing

@testable import MonitorDaemon

/// Where systemd's packages put it; it writes journals from text, without a journald.
private let writer = "/lib/systemd/systemd-journal-remote"
private let isThere = access("/usr/bin/journalctl", X_OK) == 0 && access(writer, X_OK) == 0

/// The real journalctl on real files of the journal.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: isThere, "needs journalctl and systemd-journal-remote (Debian: systemd-journal-remote)"))
struct RealJournalTests {
    /// Entries as `journalctl --output=export` would print them: bans of 192.0.2.n, n µs after a full second.
    private func export(_ numbers: ClosedRange<Int>, unit: String = "fail2ban.service", user: Int = 0) -> String {
        numbers.map { number in
            """
            __REALTIME_TIMESTAMP=\(1_795_226_400_000_000 + number)
            __MONOTONIC_TIMESTAMP=\(1_000_000 + number)
            _BOOT_ID=fcb7fa06993e44b297d1f1bdf822ebce
            _UID=\(user)
            _PID=7
            _SYSTEMD_UNIT=\(unit)
            _TRANSPORT=journal
            SYSLOG_IDENTIFIER=fail2ban
            LOGGER=fail2ban.actions
            PRIORITY=4
            MESSAGE=[sshd] Ban 192.0.2.\(number)


            """
        }.joined()
    }

    /// Writes one more file of the journal.
    private func add(_ entries: String, to rig: borrowing JournalRig, as name: String) throws {
        try rig.write(entries, to: "\(name).export")
        let result = runProgram(
            writer, ["--output=\(rig.folder)/\(name).journal", "\(rig.folder)/\(name).export"], timeLimit: .seconds(60),
            outputLimit: 100_000)
        guard case .exited(status: 0, _, _) = result else {
            Issue.record("\(result)")
            return
        }
    }

    private let script = #"exec /usr/bin/journalctl --directory="$D" "$@""#

    @Test func `from the place where it was, on and on, and only what is fail2ban's`() async throws {
        let script = script
        try await onOwnThread("journal") {
            var rig = try JournalRig(script)
            try add(
                export(1...3) + export(4...5, unit: "evil.service") + export(6...6, user: 1000) + export(7...8),
                to: rig, as: "a")
            // One second before the entries, by the clock on the wall.
            _ = rig.follower.begin(at: nil, now: JournalRig.now - .seconds(1))
            rig.look { $0.state().isAtEnd }
            #expect(rig.read == [1, 2, 3, 7, 8].map { "192.0.2.\($0)" })
            #expect(rig.state().trouble == nil)
            // While it follows:
            try add(export(9...11), to: rig, as: "b")
            rig.look { $0.read.count == 8 }
            #expect(rig.read.suffix(3) == ["192.0.2.9", "192.0.2.10", "192.0.2.11"])
            // While nobody does, hundreds:
            let position = rig.state().position
            #expect(rig.restart() == .resumed)
            try add(export(12...200), to: rig, as: "c")
            rig.look { $0.state().isAtEnd }
            #expect(rig.read == (12...200).map { "192.0.2.\($0)" })
            #expect(rig.gaps == 0)
            // The files that held the place are gone.
            for name in ["a", "b"] { try FileManager.default.removeItem(atPath: "\(rig.folder)/\(name).journal") }
            let now = JournalRig.now
            rig.follower = JournalFollower(programName: rig.folder + "/journalctl")
            #expect(rig.follower.begin(at: position, now: now) == .resumed)
            rig.look { $0.state().isAtEnd }
            #expect(rig.gaps == 1)
            #expect(rig.read.last == "192.0.2.200")
        }
    }

    @Test func `what was before the first start does not count`() async throws {
        let script = script
        try await onOwnThread("journal") {
            var rig = try JournalRig(script)
            try add(export(1...5), to: rig, as: "a")
            _ = rig.follower.begin(at: nil, now: JournalRig.now + .seconds(1))
            rig.look { $0.state().isAtEnd }
            #expect(rig.read == [])
        }
    }

    @Test func `a place that journalctl does not understand is given up, and that is a gap`() async throws {
        let script = script
        try await onOwnThread("journal") {
            var rig = try JournalRig(script)
            try add(export(1...5), to: rig, as: "a")
            _ = rig.follower.begin(at: .journal(JournalCursor("nonsense")!), now: JournalRig.now)
            rig.look { $0.state().trouble != nil }
            #expect(rig.state().trouble?.contains("cursor") == true)
            #expect(rig.state().retry == .seconds(1))
            rig.monotonic += 1_000_000
            rig.look { $0.state().retry == nil && $0.state().isAtEnd }
            #expect(rig.gaps == 1)
            #expect(rig.state().trouble == nil)
        }
    }

    @Test func `a journal without a file is none to be read, and no trouble that lasts`() async throws {
        let script = script
        try await onOwnThread("journal") {
            var rig = try JournalRig(script)
            _ = rig.follower.begin(at: nil, now: JournalRig.now)
            rig.look { $0.state().isAtEnd }
            #expect(rig.read == [])
        }
    }

    /// As when the monitor is killed: nobody is left to end what it has started.
    @Test func `journalctl ends by itself when nobody reads any more`() async throws {
        let script = script
        try await onOwnThread("journal") {
            let rig = try JournalRig(script)
            try add(export(1...1), to: rig, as: "a")
            // The shell starts journalctl with a pipe whose reader it then kills.
            let text = """
                mkfifo '\(rig.folder)/pipe'
                '\(rig.folder)/journalctl' --output=json --follow > '\(rig.folder)/pipe' & J=$!
                head -n 1 '\(rig.folder)/pipe' > /dev/null
                wait $J
                """
            let result = runProgram("/bin/sh", ["-c", text], timeLimit: .seconds(60), outputLimit: 10_000)
            guard case .exited = result else {
                Issue.record("\(result)")
                return
            }
        }
    }
}
