import BanModel
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

    mutating func begin(at position: LogPosition? = nil) throws -> LogFollower.Beginning {
        try follower.begin(at: position)
    }

    /// Reads to the end, and returns what was new.
    mutating func read() throws -> [String] {
        var lines: [String] = []
        repeat { try follower.read { lines.append(String(decoding: $0, as: UTF8.self)) } } while !follower.isAtEnd
        return lines
    }

    /// Another run of the daemon.
    mutating func restart() -> LogPosition? {
        let position = follower.position
        follower = LogFollower(path: path)
        return position
    }
}

@Suite struct LogFollowerTests {
    @Test func `the first start begins at the end`() throws {
        var rig = try Rig()
        try rig.append("old\n")
        #expect(try rig.begin() == .atEnd)
        #expect(try rig.read() == [])
        try rig.append("new\nhal")
        #expect(try rig.read() == ["new"])
        try rig.append("f\n")
        #expect(try rig.read() == ["half"])
    }

    @Test func `it goes on where it ended, in the middle of what is written`() throws {
        var rig = try Rig()
        try rig.append("")
        _ = try rig.begin()
        try rig.append("one\ntwo\nthr")
        #expect(try rig.read() == ["one", "two"])
        let position = rig.restart()
        try rig.append("ee\n")
        #expect(try rig.begin(at: position) == .resumed)
        #expect(try rig.read() == ["three"])
    }

    @Test func `a renamed log is read to its end, though lines come into it after the new one was made`() throws {
        var rig = try Rig()
        try rig.append("")
        _ = try rig.begin()
        try rig.rename(to: "fail2ban.log.1")
        try rig.append("")
        try rig.append("before the flush\n", to: "fail2ban.log.1")
        #expect(try rig.read() == ["before the flush"])
        try rig.append("last\n", to: "fail2ban.log.1")
        try rig.append("first\n")
        #expect(try rig.read() == ["last", "first"])
    }

    @Test func `a log that was renamed while nobody read is found again`() throws {
        var rig = try Rig()
        try rig.append("")
        _ = try rig.begin()
        try rig.append("one\n")
        #expect(try rig.read() == ["one"])
        let position = rig.restart()
        try rig.append("two\n")
        try rig.rename(to: "fail2ban.log.1")
        try rig.append("three\n")
        #expect(try rig.begin(at: position) == .resumed)
        #expect(try rig.read() == ["two", "three"])
    }

    @Test func `a position that is nowhere is a gap, and the log is read from its beginning`() throws {
        var rig = try Rig()
        try rig.append("one\n")
        #expect(try rig.begin(at: LogPosition(device: 1, inode: 1, offset: 0)) == .gap)
        #expect(try rig.read() == ["one"])
    }

    @Test func `a log that was cut short is read from its beginning`() throws {
        var rig = try Rig()
        try rig.append("a long first line\n")
        _ = try rig.begin()
        try Data("new\n".utf8).write(to: URL(fileURLWithPath: rig.path), options: [])
        #expect(try rig.read() == ["new"])
    }

    @Test func `a log that is not there yet is read when it comes`() throws {
        var rig = try Rig()
        #expect(try rig.begin() == .missing)
        #expect(try rig.read() == [])
        try rig.append("one\n")
        #expect(try rig.read() == ["one"])
    }

    @Test func `a line that is too long is passed over whole, also by a reader that comes in its middle`() throws {
        var rig = try Rig()
        try rig.append("")
        _ = try rig.begin()
        try rig.append("before\n" + String(repeating: "x", count: 10_000_000) + "tail")
        #expect(try rig.read() == ["before"])
        #expect(rig.follower.skipped == 1)
        let position = rig.restart()
        try rig.append(" that looks like a line\nafter\n")
        #expect(try rig.begin(at: position) == .resumed)
        #expect(try rig.read() == ["after"])
        // Begun in the middle of a line: the rest of it is no line.
        rig.follower = LogFollower(path: rig.path)
        try rig.append("half a li")
        #expect(try rig.begin() == .atEnd)
        try rig.append("ne\nwhole\n")
        #expect(try rig.read() == ["whole"])
    }
}
