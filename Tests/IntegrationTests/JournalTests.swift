import Foundation
import Glibc
import RealFail2Ban
import Testing

/// The monitor with `fail2banlogpath = journal`, and a program that stands in for journalctl: it prints the journal that the
/// test wrote, and with `--follow` what is added to it.
@Suite struct JournalTests {
    let hub: TestHub
    let folder: Folder
    let monitor: Daemon

    init() async throws {
        hub = try await TestHub()
        folder = try Folder()
        try folder.append("", to: "journal")
        // From the entry with the cursor on, as the real one does.
        let script = """
            #!/bin/sh
            echo $$ >> '\(folder.path)/started'
            for word in "$@"; do
                case "$word" in
                --cursor=*) from=${word#--cursor=s=a\\;i=} ;;
                --follow) follow=yes ;;
                esac
            done
            if [ -n "$follow" ]; then
                exec tail -n +"${from:-1}" -f '\(folder.path)/journal'
            fi
            exec tail -n +"${from:-1}" '\(folder.path)/journal'
            """
        // By another process: what we have open for writing cannot be run while a child of ours still has it.
        try script.write(toFile: folder.file("text"), atomically: true, encoding: .utf8)
        let copy = Process()
        copy.executableURL = URL(fileURLWithPath: "/usr/bin/install")
        copy.arguments = ["-m", "755", folder.file("text"), folder.file("journalctl")]
        try copy.run()
        copy.waitUntilExit()
        try #require(copy.terminationStatus == 0)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        monitor = try await Daemon(
            "fail2ban-monitor", host: "a", general: "fail2banclient =",
            section: """
                [monitor]
                zmqreplyserver = \(hub.replies)
                fail2banlogpath = journal
                """,
            environment: ["PATH": "\(folder.path):\(path)"])
    }

    /// One more entry of the journal; their cursors count from 1.
    private func add(_ message: String, unit: String = "fail2ban.service") throws {
        let number = folder.lines(of: "journal").count + 1
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        try folder.append(
            #"{"__CURSOR":"s=a;i=\#(number)","__REALTIME_TIMESTAMP":"\#(now)","_UID":"0","_PID":"7","#
                + #""_SYSTEMD_UNIT":"\#(unit)","_TRANSPORT":"journal","SYSLOG_IDENTIFIER":"fail2ban","#
                + #""LOGGER":"fail2ban.actions","PRIORITY":"4","MESSAGE":"\#(message)"}"# + "\n",
            to: "journal")
    }

    private var started: [Int32] { folder.lines(of: "started").compactMap { Int32($0) } }

    private func isRunning(_ process: Int32) -> Bool { kill(process, 0) == 0 }

    @Test func `bans in the journal are reported, whoever is killed, each once`() async throws {
        try add("[sshd] Ban 198.19.7.1")
        try add("[sshd] Ban 198.19.7.66", unit: "evil.service")
        try await eventually { hub.broadcast == ["a|sshd|Ban|198.19.7.1"] }
        // journalctl dies; it is started again a second later.
        let first = try #require(started.last)
        kill(first, SIGKILL)
        try add("[sshd] Ban 198.19.7.2")
        try await eventually { hub.broadcast.last == "a|sshd|Ban|198.19.7.2" }
        #expect(!isRunning(first))
        #expect(monitor.log.contains { $0.contains("the log cannot be read") && $0.contains("was ended by signal 9") })
        // The monitor dies; what follows for it has nobody to write to.
        let second = try #require(started.last)
        monitor.kill9()
        try add("[sshd] Ban 198.19.7.3")
        try await eventually { !isRunning(second) }
        try await monitor.start()
        try await eventually { hub.broadcast.last == "a|sshd|Ban|198.19.7.3" }
        #expect(hub.broadcast.map { String($0) } == (1...3).map { "a|sshd|Ban|198.19.7.\($0)" })
        #expect(monitor.log.filter { $0.contains("the log was cut off") }.isEmpty)
        #expect(monitor.log.contains { $0.contains("a line of the log was passed over") })
        let last = try #require(started.last)
        #expect(monitor.stop() == 0)
        #expect(!isRunning(last))
    }

    @Test(.enabled(if: IdleTests.isLong, "watches for 10 s: scripts/test --long"))
    func `in 10 s without news the monitor does not wake up`() async throws {
        try add("[sshd] Ban 198.19.7.1")
        try await eventually { hub.broadcast == ["a|sshd|Ban|198.19.7.1"] }
        var before = try monitor.contextSwitches()
        try await eventually("the monitor is at rest") {
            try await Task.sleep(for: .seconds(1))
            let now = try monitor.contextSwitches()
            defer { before = now }
            return now == before
        }
        try await Task.sleep(for: .seconds(10))
        #expect(try monitor.contextSwitches() == before)
    }
}
