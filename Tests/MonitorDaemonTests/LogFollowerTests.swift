import BanModel
import Fail2Ban
import Foundation
import Testing

@testable import MonitorDaemon

/// A log in a folder of its own, and what a follower has read of it.
private struct Rig: ~Copyable {
    let folder: String
    var follower: LogFollower
    var path: String { folder + "/fail2ban.log" }

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/follower-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        follower = LogFollower(path: folder + "/fail2ban.log")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func append(_ text: String, to name: String = "fail2ban.log") throws {
        let path = folder + "/" + name
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    func rename(to name: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: folder + "/" + name)
    }

    mutating func begin(at position: FilePosition? = nil) -> LogFollower.Beginning { follower.begin(at: position) }

    /// Reads to the end, and returns what was new.
    mutating func read() -> [String] {
        var lines: [String] = []
        repeat {
            follower.read { line, _ in lines.append(String(decoding: line, as: UTF8.self)) }
        } while !follower.isAtEnd
        return lines
    }

    /// Reads to the end, and returns in which form each new line came.
    mutating func forms() -> [LogForm] {
        var forms: [LogForm] = []
        repeat { follower.read { _, form in forms.append(form) } } while !follower.isAtEnd
        return forms
    }

    /// What the name holds now was last written so many seconds ago; tests rotate faster than a file's time tells.
    func age(_ name: String, _ seconds: Double) throws {
        let date = Date(timeIntervalSinceNow: -seconds)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder + "/" + name)
    }

    /// logrotate's copytruncate.
    func copyAndTruncate(to name: String) throws {
        try FileManager.default.copyItem(atPath: path, toPath: folder + "/" + name)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 0)
        try file.close()
    }

    /// Another run of the daemon.
    mutating func restart() -> FilePosition? {
        let position = follower.position
        follower = LogFollower(path: path)
        return position
    }
}

@Suite struct LogFollowerTests {
    @Test func `the first start begins at the end`() throws {
        var rig = try Rig()
        try rig.append("old\n")
        #expect(rig.begin() == .atEnd)
        #expect(rig.read() == [])
        try rig.append("new\nhal")
        #expect(rig.read() == ["new"])
        try rig.append("f\n")
        #expect(rig.read() == ["half"])
    }

    @Test func `it goes on where it ended, in the middle of what is written`() throws {
        var rig = try Rig()
        try rig.append("")
        _ = rig.begin()
        try rig.append("one\ntwo\nthr")
        #expect(rig.read() == ["one", "two"])
        let position = rig.restart()
        try rig.append("ee\n")
        #expect(rig.begin(at: position) == .resumed)
        #expect(rig.read() == ["three"])
    }

    @Test func `a renamed log is read to its end, though lines come into it after the new one was made`() throws {
        var rig = try Rig()
        try rig.append("")
        _ = rig.begin()
        try rig.rename(to: "fail2ban.log.1")
        try rig.append("")
        try rig.append("before the flush\n", to: "fail2ban.log.1")
        #expect(rig.read() == ["before the flush"])
        try rig.append("last\n", to: "fail2ban.log.1")
        try rig.append("first\n")
        #expect(rig.read() == ["last", "first"])
    }

    @Test func `a log that was renamed while nobody read is found again`() throws {
        var rig = try Rig()
        try rig.append("")
        _ = rig.begin()
        try rig.append("one\n")
        #expect(rig.read() == ["one"])
        let position = rig.restart()
        try rig.append("two\n")
        try rig.rename(to: "fail2ban.log.1")
        try rig.append("three\n")
        #expect(rig.begin(at: position) == .resumed)
        #expect(rig.read() == ["two", "three"])
    }

    @Test func `a position that is nowhere is a gap, and the log is read from its beginning`() throws {
        var rig = try Rig()
        try rig.append("one\n")
        let nowhere = FilePosition(device: 1, inode: 1, offset: 4, headLength: 4, headSum: 5, tailSum: 6)
        #expect(rig.begin(at: nowhere) == .gap)
        #expect(rig.read() == ["one"])
    }

    @Test func `a log that was cut short is read from its beginning`() throws {
        var rig = try Rig()
        try rig.append("a long first line\n")
        _ = rig.begin()
        try Data("new\n".utf8).write(to: URL(fileURLWithPath: rig.path), options: [])
        #expect(rig.read() == ["new"])
    }

    @Test func `a log that is not there yet is read when it comes`() throws {
        var rig = try Rig()
        #expect(rig.begin() == .missing)
        #expect(rig.read() == [])
        try rig.append("one\n")
        #expect(rig.read() == ["one"])
    }

    @Test func `a line that is too long is handed out cut, and its rest is no line, also to who comes in its middle`()
        throws
    {
        var rig = try Rig()
        try rig.append("")
        _ = rig.begin()
        try rig.append("before\n" + String(repeating: "x", count: 10_000_000) + "tail")
        let lines = rig.read()
        #expect(lines.count == 2 && lines[0] == "before")
        #expect(lines.last.map { $0.utf8.count > 65_536 && $0.allSatisfy { $0 == "x" } } == true)
        let position = rig.restart()
        try rig.append(" that looks like a line\nafter\n")
        #expect(rig.begin(at: position) == .resumed)
        let again = rig.read()
        #expect(again.count == 2 && again[0].allSatisfy { $0 == "x" } && again[1] == "after")
        // Begun in the middle of a line: the rest of it is no line.
        rig.follower = LogFollower(path: rig.path)
        try rig.append("half a li")
        #expect(rig.begin() == .atEnd)
        try rig.append("ne\nwhole\n")
        #expect(rig.read() == ["whole"])
    }

    @Test func `schedule 7: two rotations while nobody reads, with the daemon up or down`() throws {
        for isRestarted in [false, true] {
            var rig = try Rig()
            try rig.append("zero\n")
            _ = rig.begin()
            try rig.append("one\n")
            #expect(rig.read() == ["one"])
            try rig.append("two\n")
            try rig.rename(to: "fail2ban.log.2")
            try rig.age("fail2ban.log.2", 100)
            try rig.append("three\n")
            try rig.rename(to: "fail2ban.log.1")
            try rig.age("fail2ban.log.1", 50)
            try rig.append("old\n", to: "fail2ban.log.3")
            try rig.age("fail2ban.log.3", 200)
            try rig.append("compressed\n", to: "fail2ban.log.4.gz")
            try rig.append("another's\n", to: "fail2ban.logger")
            try rig.append("four\n")
            if isRestarted {
                let position = rig.restart()
                #expect(rig.begin(at: position) == .resumed)
            }
            #expect(rig.read() == ["two", "three", "four"])
            #expect(rig.follower.takeGap() == false)
        }
    }

    @Test func `schedule 7: two rotations while nobody reads, and nothing in the newest log yet`() throws {
        for isRestarted in [false, true] {
            var rig = try Rig()
            try rig.append("")
            _ = rig.begin()
            try rig.append("one\n")
            #expect(rig.read() == ["one"])
            try rig.append("two\n")
            try rig.rename(to: "fail2ban.log.2")
            try rig.age("fail2ban.log.2", 100)
            try rig.append("three\n")
            try rig.rename(to: "fail2ban.log.1")
            try rig.append("")
            if isRestarted {
                let position = rig.restart()
                #expect(rig.begin(at: position) == .resumed)
            }
            #expect(rig.read() == ["two", "three"])
            try rig.append("last\n", to: "fail2ban.log.1")
            try rig.append("four\n")
            #expect(rig.read() == ["last", "four"])
            #expect(rig.follower.takeGap() == false)
        }
    }

    @Test func `schedule 7: copytruncate loses nothing where the copy has what was not read`() throws {
        for isRestarted in [false, true] {
            var rig = try Rig()
            try rig.append("zero\n")
            _ = rig.begin()
            try rig.append("one\n")
            #expect(rig.read() == ["one"])
            try rig.append("two\n")
            try rig.copyAndTruncate(to: "fail2ban.log.1")
            try rig.age("fail2ban.log.1", 10)
            try rig.append("three, and longer than all that was there\n")
            if isRestarted {
                let position = rig.restart()
                #expect(rig.begin(at: position) == .resumed)
            }
            #expect(rig.read() == ["two", "three, and longer than all that was there"])
            #expect(rig.follower.takeGap() == false)
        }
    }

    @Test func `schedule 7: a log made anew with the same inode is read from its beginning, and that is a gap`() throws
    {
        var rig = try Rig()
        try rig.append("one\n")
        _ = rig.begin()
        let position = rig.restart()
        // The same inode, as long as before or longer, and none of it what was read.
        let file = try #require(FileHandle(forWritingAtPath: rig.path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data("two\nthree\n".utf8))
        try file.close()
        #expect(rig.begin(at: position) == .gap)
        #expect(rig.read() == ["two", "three"])
        try Data("four\nfive, longer than what was there\n".utf8).write(to: URL(fileURLWithPath: rig.path))
        #expect(rig.read() == ["four", "five, longer than what was there"])
        #expect(rig.follower.takeGap() == true)
        #expect(rig.follower.takeGap() == false)
    }

    @Test func `schedule 7: half a line at the moment of rotation is no line, and joins no other`() throws {
        var rig = try Rig()
        try rig.append("zero\n")
        _ = rig.begin()
        try rig.append("one\nhalf a li")
        #expect(rig.read() == ["one"])
        try rig.rename(to: "fail2ban.log.1")
        try rig.age("fail2ban.log.1", 10)
        try rig.append("ne\ntwo\n")
        #expect(rig.read() == ["ne", "two"])
    }

    @Test func `schedule 7: a log that was deleted and made anew is read to its end, then the new one`() throws {
        var rig = try Rig()
        try rig.append("zero\n")
        _ = rig.begin()
        try rig.append("one\n")
        try FileManager.default.removeItem(atPath: rig.path)
        #expect(rig.read() == ["one"])
        try rig.append("two\n")
        #expect(rig.read() == ["two"])
    }

    @Test func `a log that may not be read is trouble, until it may`() throws {
        var rig = try Rig()
        try rig.append("one\n")
        // Root may read anything: a folder in the log's place cannot be read by anybody.
        try FileManager.default.removeItem(atPath: rig.path)
        try FileManager.default.createDirectory(atPath: rig.path, withIntermediateDirectories: false)
        _ = rig.begin()
        #expect(rig.read() == [])
        let trouble = rig.follower.trouble
        #expect(trouble != nil)
        try FileManager.default.removeItem(atPath: rig.path)
        try rig.append("two\n")
        #expect(rig.read() == ["two"])
        let rest = rig.follower.trouble
        #expect(rest == nil)
    }

    // MARK: Who writes it

    private static let plain = "2026-11-21 02:00:00,123 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1\n"
    private static let syslog = "Nov 21 02:00:00 web1 fail2ban.actions[1234]: NOTICE [sshd] Ban 192.0.2.1\n"

    @Test func `a file's form is that of its first line, wherever in it the reader begins`() throws {
        for (first, form) in [(Self.plain, LogForm.plain), (Self.syslog, .syslog), ("some text\n", .plain)] {
            var rig = try Rig()
            try rig.append(first + Self.syslog)
            _ = rig.begin()
            try rig.append(Self.syslog)
            #expect(rig.forms() == [form])
            let position = rig.restart()
            try rig.append(Self.syslog)
            #expect(rig.begin(at: position) == .resumed)
            #expect(rig.forms() == [form])
            // Its first line is read, too.
            rig.follower = LogFollower(path: rig.path)
            #expect(rig.forms() == [form, form, form, form])
        }
    }

    @Test func `a new file has a form of its own, told by what comes first`() throws {
        var rig = try Rig()
        try rig.append(Self.syslog)
        _ = rig.begin()
        try rig.append(Self.syslog)
        #expect(rig.forms() == [.syslog])
        try rig.rename(to: "fail2ban.log.1")
        try rig.age("fail2ban.log.1", 10)
        try rig.append(String(Self.plain.prefix(20)))
        #expect(rig.forms() == [])
        try rig.append(Self.plain.dropFirst(20) + Self.syslog)
        #expect(rig.forms() == [.plain, .plain])
    }

    @Test func `a file that fail2ban itself writes on stays its own, whatever looks like syslog's in it`() throws {
        var rig = try Rig()
        try rig.append(Self.syslog)
        _ = rig.begin()
        try rig.append(Self.syslog + Self.plain + Self.syslog)
        #expect(rig.forms() == [.syslog, .plain, .plain])
        let position = rig.restart()
        try rig.append(Self.syslog)
        #expect(rig.begin(at: position) == .resumed)
        #expect(rig.forms() == [.plain])
    }
}
