import BanModel
import ClusterConfiguration
import Fail2Ban
import Foundation
import LinuxSystem
import Testing

@testable import MonitorDaemon

@Suite struct LogSourceTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/source-\(UUID().uuidString)"
    private let now = Timestamp(microseconds: SystemClock.wall())

    private func read(_ source: inout LogSource) -> [LogRecord.Event] {
        var events: [LogRecord.Event] = []
        repeat {
            source.read(at: now) { parsed in
                if case .record(let record) = parsed { events.append(record.event) }
            }
        } while source.hasMore
        return events
    }

    private func write(_ text: String) throws -> LogPlace {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/log"))
        return .file(try #require(AbsolutePath(folder + "/log")))
    }

    @Test func `a syslog file is read as one, from its first line on`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let head = "Nov 21 02:00:00 \(HostName.own) "
        let place = try write(
            head + "kernel: hello\n" + head + "fail2ban.actions[7]: NOTICE [sshd] Ban 198.51.100.1\n"
                + "Nov 21 02:00:00 another fail2ban.actions[7]: NOTICE [sshd] Ban 198.51.100.2\n")
        var source = LogSource(place)
        #expect(read(&source) == [.jail(Jail("sshd")!, .banned(try Address("198.51.100.1")))])
        let (position, isAtEnd, trouble, retry) = (source.position, source.isAtEnd, source.trouble, source.retry)
        #expect(position?.file != nil)
        #expect(isAtEnd)
        #expect(trouble == nil)
        #expect(retry == nil)
    }

    @Test func `a place in the journal is a gap for a file, which is read from its end`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let line = "2026-11-21 02:00:00,123 fail2ban.actions        [7]: NOTICE  [sshd] Ban 198.51.100.1\n"
        var source = LogSource(try write(line))
        let beginning = source.begin(at: .journal(JournalCursor("s=1")!), now: now)
        #expect(beginning == .gap)
        #expect(read(&source) == [])
        var first = LogSource(try write(line))
        let atEnd = first.begin(at: nil, now: now)
        #expect(atEnd == .atEnd)
    }
}
