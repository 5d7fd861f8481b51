import BanModel
import Foundation
import Glibc
import OwnThread
import Testing

@testable import ReportStore

@Suite(.timeLimit(.minutes(10))) struct DiskTests {
    @Test func `all that was said to be stored is there after kill -9 in the middle of writing`() async throws {
        let rig = try StoreRig()
        var written = 0
        for round in 1...12 {
            let writer = try WriterProcess(path: rig.path)
            try await writer.lines(to: "ready")
            try writer.tell("flood")
            // Another number of commits each time.
            for _ in 0..<round { try await writer.lines(to: "stored") }
            writer.kill()
            var last = 0
            while let line = await writer.line() {
                if line.hasPrefix("stored "), let number = Int(line.dropFirst(7)) { last = number }
            }
            await writer.ended()
            written = max(written, last)
            let versions = try await rig.kept().map(\.state.version).sorted()
            let first = try #require(versions.first)
            #expect(versions.count >= written)
            // The same from the start, without a gap: a half of a transaction would leave one.
            #expect(versions == (0..<versions.count).map { first + Int64($0) })
            #expect(versions.count % 100 == 0)
        }
    }

    @Test(.enabled(if: OwnMounts.arePossible, "needs the right to mount a file system of its own"))
    func `a full disk is said, and what waited is stored once there is space again`() async throws {
        let rig = try StoreRig()
        let script = """
            mount -t tmpfs -o size=2m none "$1" && head -c 1600k /dev/zero > "$1/ballast" && exec "$0" "$1/hub.db"
            """
        let writer = try WriterProcess([
            "/usr/bin/unshare", "-m", "sh", "-c", script, WriterProcess.program, rig.folder,
        ])
        try await writer.lines(to: "ready 0")
        try writer.tell("put 1 100")
        try await writer.lines(to: "stored 100")
        try writer.tell("put 101 20000")
        let failure = try #require(try await writer.lines(to: "failed 20000").last)
        #expect(failure.contains("full") && failure.contains("hub.db") && failure.contains("no space"))
        // Small ones that come now wait behind it, and are not lost.
        try writer.tell("put 20001 20010")
        try await writer.lines(to: "failed 20010")
        let ballast = "/proc/\(writer.process.processIdentifier)/root\(rig.folder)/ballast"
        try FileManager.default.removeItem(atPath: ballast)
        // Still too small for all of it: the file system grows, as a disk that is made larger does.
        #expect(remount(writer, rig.folder, "16m"))
        try await writer.lines(to: "stored 20010")
        try writer.tell("put 1 10")
        try await writer.lines(to: "stored 10")
        try writer.tell("end")
        #expect(try await writer.lines(to: "ended").allSatisfy { !$0.hasPrefix("failed") })
        await writer.ended()
    }

    private func remount(_ writer: WriterProcess, _ folder: String, _ size: String) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/nsenter")
        process.arguments = [
            "-m", "-r", "-t", "\(writer.process.processIdentifier)", "mount", "-o", "remount,size=\(size)", folder,
        ]
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test(.enabled(if: Immutability.isThere, "needs root and a file system with chattr +i"))
    func `files that may not be written for a while are said, and what waited is stored afterwards`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        let (one, two) = (try StoreRig.report("192.0.2.1"), try StoreRig.report("192.0.2.2"))
        await store.store([.put(one)], ticket: 1)
        let files = [rig.path, rig.path + "-wal"]
        #expect(Immutability.set("+i", files))
        store.write([.put(two)], ticket: 2)
        let error = await store.failure()
        #expect(Immutability.set("-i", files))
        #expect(error?.kind == .readOnly, "\(error?.description ?? "no error")")
        await store.stored(2)
        await store.ended()
        #expect(try await rig.kept() == [one, two])
    }

    @Test(.enabled(if: getuid() == 0, "becoming another user wants root"), arguments: [true, false])
    func `a file or a folder that may not be written is refused, with its name`(isFolder: Bool) async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        await store.store([.put(try StoreRig.report("192.0.2.1"))], ticket: 1)
        await store.ended()
        chmod(rig.folder, isFolder ? 0o755 : 0o777)
        chmod(rig.path, isFolder ? 0o666 : 0o444)
        let writer = try WriterProcess([
            "/usr/bin/setpriv", "--reuid=65534", "--clear-groups", WriterProcess.program, rig.path,
        ])
        let line = try #require(await writer.line())
        #expect(line.hasPrefix("refused \(rig.path): "))
        #expect(line.contains(isFolder ? "folder" : "may not be written"))
        await writer.ended()
        #expect(writer.process.terminationStatus == 1)
        #expect(try await rig.kept().count == 1)
    }

    @Test func `another process's lock is said, and what waited is stored once it is let go`() async throws {
        let rig = try StoreRig()
        let store = try rig.open()
        let holder = try await LockHolder(rig.path)
        let report = try StoreRig.report("192.0.2.1")
        store.write([.put(report)], ticket: 1)
        let error = try #require(await store.failure())
        #expect(error.kind == .locked)
        #expect(error.description.contains("another process has locked the database"))
        #expect(try store.all() == [])
        await holder.release()
        await store.stored(1)
        await store.ended()
        #expect(try await rig.kept() == [report])
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] != nil, "watches for 8 s"))
    func `an idle store wakes up no thread, even after it began anew`() async throws {
        let rig = try StoreRig()
        let writer = try WriterProcess(path: rig.path)
        try await writer.lines(to: "ready")
        try writer.tell("put 1 10")
        try await writer.lines(to: "stored 10")
        try FileManager.default.removeItem(atPath: rig.path)
        try writer.tell("put 11 20")
        try await writer.lines(to: "started-over")
        try await writer.lines(to: "stored 20")
        let before = try await atRest(writer)
        try await Task.sleep(for: .seconds(8))
        #expect(try switches(writer) == before)
        #expect(before.count == 2)
        try writer.tell("end")
        try await writer.lines(to: "ended")
        await writer.ended()
    }

    /// Two looks a second apart that see the same.
    private func atRest(_ writer: WriterProcess) async throws -> [String: String] {
        var before = try switches(writer)
        while true {
            try await Task.sleep(for: .seconds(1))
            let now = try switches(writer)
            if now == before { return now }
            before = now
        }
    }

    private func switches(_ writer: WriterProcess) throws -> [String: String] {
        let folder = "/proc/\(writer.process.processIdentifier)/task"
        var switches: [String: String] = [:]
        for task in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let status = try String(contentsOfFile: "\(folder)/\(task)/status", encoding: .utf8)
            switches[task] = status.split(separator: "\n").filter { $0.contains("ctxt_switches") }.joined()
        }
        return switches
    }
}
