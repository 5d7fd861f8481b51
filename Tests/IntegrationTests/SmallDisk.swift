import Foundation

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

    /// The addresses of which the hub's database there holds a report, as another process finds it now.
    func addresses(in database: String, seenBy daemon: Daemon) throws -> Set<String> {
        let script = """
            import sqlite3, sys
            tables = "SELECT address FROM reports UNION SELECT address FROM changes"
            for row in sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(tables):
                print(row[0])
            """
        let addresses = try run(["/usr/bin/python3", "-c", script, "\(path)/\(database)"], besides: daemon)
        return Set(addresses.split(separator: "\n").map(String.init))
    }

    /// There is room again: as on a disk that is made larger.
    func free(seenBy daemon: Daemon) throws {
        try FileManager.default.removeItem(atPath: "/proc/\(daemon.pid)/root\(path)/ballast")
        _ = try run(["mount", "-o", "remount,size=64m", path], besides: daemon)
    }

    /// Runs a program that sees what the daemon sees. Returns what it prints.
    private func run(_ command: [String], besides daemon: Daemon) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/nsenter")
        process.arguments = ["-m", "-r", "-t", "\(daemon.pid)"] + command
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw CocoaError(.featureUnsupported) }
        return text
    }
}
