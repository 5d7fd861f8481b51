import Foundation
import Testing

/// A file system that is soon full, which one daemon alone sees: it is gone with that. Root alone can make one.
struct SmallDisk {
    let path: String
    let megabytes: Int

    /// What starts a daemon that sees it.
    var wrapper: [String] {
        let script = "mount -t tmpfs -o size=\(megabytes)m none \"$0\" && exec \"$@\""
        return ["/usr/bin/unshare", "-m", "sh", "-c", script, path]
    }

    /// Fills it to the last byte.
    func fill(seenBy daemon: Daemon) throws {
        let ballast = "/proc/\(daemon.pid)/root\(path)/ballast"
        let file =
            FileManager.default.createFile(atPath: ballast, contents: nil) ? FileHandle(forWritingAtPath: ballast) : nil
        for size in [65_536, 4_096, 1] {
            while (try? file?.write(contentsOf: Data(count: size))) != nil {}
        }
        try file?.close()
    }

    /// How many reports the hub's database there holds, as somebody finds it who opens it now.
    func reports(in database: String, seenBy daemon: Daemon, copiedTo folder: Folder) throws -> Int {
        let copy = folder.file("copy-\(UUID().uuidString)")
        for suffix in ["", "-wal"] {
            let path = "/proc/\(daemon.pid)/root\(path)/\(database)\(suffix)"
            try Data(contentsOf: URL(fileURLWithPath: path)).write(to: URL(fileURLWithPath: copy + suffix))
        }
        let script = """
            import sqlite3, sys
            print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM reports").fetchone()[0])
            """
        return try #require(Int(try python(script, [copy]).trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    /// There is room again: as on a disk that is made larger.
    func free(seenBy daemon: Daemon) throws {
        try FileManager.default.removeItem(atPath: "/proc/\(daemon.pid)/root\(path)/ballast")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/nsenter")
        process.arguments = ["-m", "-r", "-t", "\(daemon.pid)", "mount", "-o", "remount,size=64m", path]
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw CocoaError(.fileWriteUnknown) }
    }
}
