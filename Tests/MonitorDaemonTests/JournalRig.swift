import BanModel
import Fail2Ban
import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import MonitorDaemon

/// A follower of a journal in a folder of its own, and what it has read.
struct JournalRig: ~Copyable {
    let folder: String
    var follower: JournalFollower
    private(set) var read: [String] = []
    private(set) var gaps = 0
    private var parser = LogParser()
    /// Moves only where a test moves it.
    var monotonic: Int64 = 1_000_000

    /// - Parameter script: what stands in for journalctl; `$D` is the folder.
    init(_ script: String) throws {
        folder = FileManager.default.temporaryDirectory.path + "/journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let program = folder + "/journalctl"
        // By another process: a file that we had open for writing cannot be run while any child of ours still has it.
        let text = "#!/bin/sh\nD='\(folder)'\necho \"$@\" >> $D/calls\n\(script)"
        let written = runProgram(
            "/bin/sh", ["-c", "printf '%s\\n' \"$1\" > \"$2\" && chmod 755 \"$2\"", "sh", text, program],
            timeLimit: .seconds(60),
            outputLimit: 1000)
        try #require(written == .exited(status: 0, output: [], error: []))
        follower = JournalFollower(programName: program)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// An entry of fail2ban's that bans 192.0.2.`number`.
    static func entry(_ number: Int, message: String? = nil) -> String {
        #"{"__CURSOR":"s=a;i=\#(number)","__REALTIME_TIMESTAMP":"1795226400000000","_UID":"0","_PID":"7","#
            + #""_SYSTEMD_UNIT":"fail2ban.service","_TRANSPORT":"journal","SYSLOG_IDENTIFIER":"fail2ban","#
            + #""LOGGER":"fail2ban.actions","PRIORITY":"4","MESSAGE":\#(message ?? "\"[sshd] Ban 192.0.2.\(number)\"")}"#
            + "\n"
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    /// The options of each journalctl that was started.
    var calls: [[String]] {
        let text = (try? String(contentsOfFile: folder + "/calls", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }

    static let now = Timestamp(microseconds: 1_795_226_400_000_042)

    /// One look, without waiting.
    mutating func look() {
        var (parser, read) = (parser, read)
        follower.read(at: monotonic, wall: Self.now) { line in
            switch line {
            case .refused(let reason): read.append("refused \(reason)")
            case .entry(let entry):
                switch parser.parse(entry, readAt: Self.now) {
                case .record(let record): read.append(Self.text(record))
                case .refused(let reason): read.append("refused \(reason)")
                case .unrelated: read.append("unrelated")
                }
            }
        }
        (self.parser, self.read) = (parser, read)
        if follower.takeGap() { gaps += 1 }
    }

    private static func text(_ record: LogRecord) -> String {
        guard case .jail(_, .banned(let address)) = record.event else { return "\(record.event)" }
        return "\(address)"
    }

    /// Looks again whenever journalctl has something to tell, until what was read will do.
    mutating func look(until isDone: (borrowing JournalRig) -> Bool) {
        while true {
            look()
            if isDone(self) { return }
            var watched = follower.fileDescriptors().map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if watched.isEmpty {
                Issue.record("no journalctl to wait for: \(follower.state(at: monotonic)), \(read)")
                return
            }
            if !follower.state(at: monotonic).hasMore { poll(&watched, nfds_t(watched.count), -1) }
        }
    }

    func state() -> LogState { follower.state(at: monotonic) }

    /// Another run of the daemon.
    mutating func restart() -> LogFollower.Beginning {
        let position = state().position
        follower = JournalFollower(programName: folder + "/journalctl")
        read = []
        return follower.begin(at: position, now: Self.now)
    }
}
