import BanModel
import Fail2Ban
import Foundation
import Testing

@testable import MonitorDaemon

/// A spool in a folder of its own, and what was read of it.
private final class Rig {
    static let longest: UInt64 = 200

    let folder: String
    var spool: ActionSpool
    var monotonic: Int64 = 0
    /// How far the hub has taken what was read.
    var done: FilePosition?
    var path: String { folder + "/action.spool" }

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/spool-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        spool = ActionSpool(path: folder + "/action.spool", longest: Self.longest)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func begin(at position: FilePosition? = nil) -> LogFollower.Beginning { spool.begin(at: position) }

    func takeGap() -> Bool { spool.takeGap() }

    var offset: UInt64? { spool.position?.offset }

    var pause: Duration? { spool.pause(at: monotonic) }

    func append(_ last: ClosedRange<Int>, to name: String = "action.spool") throws {
        let path = folder + "/" + name
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(last.map { "ban sshd 198.51.100.\($0) 600 1800000000.5\n" }.joined().utf8))
        try file.close()
    }

    /// Reads to the end; returns the last numbers of the addresses.
    func read() -> [String] {
        var bans: [String] = []
        repeat {
            spool.read(at: monotonic) { line in
                switch line {
                case .ban(let ban): bans.append(String("\(ban.subject.address)".split(separator: ".").last!))
                case .refused(let reason): bans.append(reason)
                case .empty: bans.append("empty")
                }
            }
        } while !spool.isAtEnd
        return bans
    }

    /// All that was read is done with, and the spool is taken away where it is long.
    func finish() throws {
        done = spool.position ?? done
        try spool.rotate(done: done, at: monotonic)
    }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? [] }
}

@Suite(.timeLimit(.minutes(10))) struct ActionSpoolTests {
    @Test func `a spool that is not there yet is read from its first line`() throws {
        let rig = try Rig()
        #expect(rig.begin() == .missing)
        #expect(rig.read() == [])
        try rig.append(1...2)
        #expect(rig.read() == ["1", "2"])
        #expect(rig.offset == 78)
    }

    @Test func `what was there before the first start is asked of fail2ban`() throws {
        let rig = try Rig()
        try rig.append(1...2)
        #expect(rig.begin() == .atEnd)
        try rig.append(3...3)
        #expect(rig.read() == ["3"])
    }

    @Test func `a long one is renamed once it is done with, and not before`() throws {
        let rig = try Rig()
        _ = rig.begin()
        try rig.append(1...9)
        #expect(rig.read().count == 9)
        try rig.spool.rotate(done: nil, at: 0)
        #expect(rig.names == ["action.spool"])
        try rig.append(10...10)
        try rig.finish()
        #expect(rig.names == ["action.spool.1"], "the line that came meanwhile is read from the renamed one")
        #expect(rig.read() == ["10"])
        try rig.append(11...11)
        #expect(rig.read() == ["11"])
        #expect(rig.names == ["action.spool", "action.spool.1"])
    }

    @Test func `a short one stays`() throws {
        let rig = try Rig()
        _ = rig.begin()
        try rig.append(1...2)
        #expect(rig.read().count == 2)
        try rig.finish()
        #expect(rig.names == ["action.spool"])
    }

    @Test func `a line that comes late into the renamed one is read, beside those of the new one`() throws {
        let rig = try Rig()
        _ = rig.begin()
        try rig.append(1...9)
        _ = rig.read()
        try rig.finish()
        try rig.append(11...11)
        #expect(rig.read() == ["11"])
        try rig.append(10...10, to: "action.spool.1")
        try rig.append(12...12)
        #expect(rig.read() == ["10", "12"])
        // Never two at once: the new one, long already, waits for its turn.
        try rig.append(13...30)
        #expect(rig.read().count == 18)
        try rig.finish()
        #expect(rig.pause == .seconds(60))
        rig.monotonic = 60_000_000
        try rig.append(31...31, to: "action.spool.1")
        #expect(rig.read() == ["31"])
        #expect(rig.pause == nil)
        try rig.finish()
        #expect(rig.names == ["action.spool.1"])
    }

    @Test(arguments: [false, true])
    func `after a restart it goes on where it was, in the renamed one too`(isNewThere: Bool) throws {
        let rig = try Rig()
        _ = rig.begin()
        try rig.append(1...9)
        _ = rig.read()
        try rig.finish()
        let done = rig.done
        try rig.append(10...10, to: "action.spool.1")
        if isNewThere { try rig.append(11...11) }
        rig.spool = ActionSpool(path: rig.path, longest: Rig.longest)
        #expect(rig.begin(at: done) == .resumed)
        #expect(rig.read() == (isNewThere ? ["10", "11"] : ["10"]))
        if !isNewThere {
            try rig.append(11...11)
            #expect(rig.read() == ["11"])
        }
    }

    @Test func `a spool that somebody cut short or took away is noticed`() throws {
        let rig = try Rig()
        _ = rig.begin()
        try rig.append(1...4)
        _ = rig.read()
        try Data().write(to: URL(fileURLWithPath: rig.path))
        try rig.append(5...5)
        #expect(rig.read() == ["5"])
        #expect(rig.takeGap())
    }

    @Test func `of what many shells append while it is renamed again and again nothing is lost`() async throws {
        let rig = try Rig()
        _ = rig.begin()
        let shells = try (1...4).map { shell in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            // As the action does it: the spool is opened for each line.
            process.arguments = [
                "-c",
                """
                n=0
                while [ $n -lt 250 ]
                do { printf 'ban sshd %s %s %s\\n' "10.0.\(shell).$n" 600 1800000000.5 >>"\(rig.path)"
                } 2>/dev/null || :
                n=$((n + 1))
                done
                """,
            ]
            try process.run()
            return process
        }
        var seen: [String: Int] = [:]
        func count(of shell: Int) -> Int { seen.keys.count { $0.hasPrefix("10.0.\(shell + 1).") } }
        var renamed = 0
        // How many lines of each shell had been read by the first look after the spool was renamed.
        var counts: [Int]?
        var isLast = false
        while true {
            isLast = !shells.contains { $0.isRunning }
            var bans: [String] = []
            repeat {
                rig.spool.read(at: rig.monotonic) { line in
                    if case .ban(let ban) = line { bans.append("\(ban.subject.address)") } else { bans.append("?") }
                }
            } while !rig.spool.isAtEnd
            for ban in bans { seen[ban, default: 0] += 1 }
            if let known = counts {
                // Whoever has written another line since has opened the new spool for the next one: the minute may pass.
                if shells.indices.allSatisfy({ !shells[$0].isRunning || count(of: $0) > known[$0] }) {
                    rig.monotonic += 61_000_000
                    counts = nil
                }
            } else if renamed > 0 {
                counts = shells.indices.map(count)
            }
            let before = rig.names.contains("action.spool")
            try rig.finish()
            if before, !rig.names.contains("action.spool") {
                renamed += 1
                counts = nil
            }
            if isLast, bans.isEmpty { break }
        }
        #expect(seen.count == 1000)
        #expect(seen.values.allSatisfy { $0 == 1 })
        #expect(seen["?"] == nil)
        #expect(renamed > 0)
    }
}
