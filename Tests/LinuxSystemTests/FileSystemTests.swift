import Foundation
import LinuxSystem
import OwnThread
import Testing

@Suite struct FileSystemTests {
    @Test(arguments: [0, 1, 9, 10]) func `a file up to the limit is read whole`(count: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = [UInt8](repeating: 7, count: count)
        try FileSystem.writeAtomically(path: folder.file("x"), bytes: bytes, mode: 0o600)
        #expect(try FileSystem.read(folder.file("x"), limit: 10) == bytes)
    }

    @Test func `a file over the limit is refused`() throws {
        let folder = try TemporaryFolder()
        try FileSystem.writeAtomically(path: folder.file("x"), bytes: [UInt8](repeating: 7, count: 11), mode: 0o600)
        let error = #expect(throws: SystemError.self) { try FileSystem.read(folder.file("x"), limit: 10) }
        #expect(error?.description == "read \(folder.file("x")) (at most 10 bytes): File too large")
    }

    @Test func `a file larger than one read, and one of /proc, are read whole`() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try FileSystem.writeAtomically(path: folder.file("x"), bytes: bytes, mode: 0o600)
        #expect(try FileSystem.read(folder.file("x"), limit: 1_000_000) == bytes)
        #expect(try !FileSystem.read("/proc/self/status", limit: 1 << 16).isEmpty)
    }

    @Test func `a file is replaced whole, with the mode asked for, and nothing is left beside it`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state")
        try FileSystem.writeAtomically(path: path, bytes: Array("old".utf8), mode: 0o600)
        let old = try #require(try FileSystem.status(of: path))
        try FileSystem.writeAtomically(path: path, bytes: Array("new one".utf8), mode: 0o664)
        let new = try #require(try FileSystem.status(of: path))
        #expect(old.permissions == 0o600)
        #expect(new.permissions == 0o664)
        #expect(new.size == 7 && new.isRegularFile && !new.isDirectory)
        #expect(new.identity != old.identity)
        #expect(try FileSystem.names(in: folder.path) == ["state"])
    }

    @Test func `a write that cannot be finished says so, and leaves the old file and nothing beside it`() throws {
        let folder = try TemporaryFolder()
        // A folder cannot be replaced by a file: the last step fails.
        try FileSystem.createFolder(folder.file("state"))
        let error = #expect(throws: SystemError.self) {
            try FileSystem.writeAtomically(path: folder.file("state"), bytes: [1], mode: 0o600)
        }
        #expect(error?.code == EISDIR)
        #expect(try FileSystem.names(in: folder.path) == ["state"])
        let missing = #expect(throws: SystemError.self) {
            try FileSystem.writeAtomically(path: folder.file("none/state"), bytes: [1], mode: 0o600)
        }
        #expect(missing?.isMissing == true)
    }

    @Test func `a reader only ever sees a whole file`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state")
        try FileSystem.writeAtomically(path: path, bytes: [UInt8](repeating: 0, count: 10_000), mode: 0o600)
        let isWritten = Guarded(false)
        async let writer: Void = onOwnThread("writes") { () throws(SystemError) in
            defer { isWritten.withLock { $0 = true } }
            for round in 1...50 {
                let bytes = [UInt8](repeating: UInt8(round), count: 10_000)
                try FileSystem.writeAtomically(path: path, bytes: bytes, mode: 0o600)
            }
        }
        // Both on threads of their own: tasks may share a single one.
        let whole = try await onOwnThread("reads") { () throws(SystemError) in
            while true {
                let isLast = isWritten.withLock { $0 }
                let bytes = try FileSystem.read(path, limit: 20_000)
                guard bytes.count == 10_000, bytes.allSatisfy({ $0 == bytes[0] }) else { return false }
                if isLast { return true }
            }
        }
        try await writer
        #expect(whole)
    }

    @Test func `status is nil where nothing has the name`() throws {
        let folder = try TemporaryFolder()
        #expect(try FileSystem.status(of: folder.file("none")) == nil)
        #expect(try FileSystem.status(of: folder.file("none/below")) == nil)
        #expect(try FileSystem.status(of: folder.path)?.isDirectory == true)
    }

    @Test func `a file keeps its identity when it is renamed`() throws {
        let folder = try TemporaryFolder()
        let file = try File.open(appending: folder.file("log"))
        #expect(rename(folder.file("log"), folder.file("log.1")) == 0)
        #expect(try FileSystem.status(of: folder.file("log.1"))?.identity == file.status.identity)
        #expect(try FileSystem.status(of: folder.file("log")) == nil)
    }

    @Test func `names come sorted, and a removed one is gone`() throws {
        let folder = try TemporaryFolder()
        for name in ["b", "a", ".hidden"] { _ = try File.open(appending: folder.file(name)) }
        #expect(try FileSystem.names(in: folder.path) == [".hidden", "a", "b"])
        #expect(try FileSystem.remove(folder.file("a")))
        #expect(try !FileSystem.remove(folder.file("a")))
        #expect(try FileSystem.names(in: folder.path) == [".hidden", "b"])
        #expect(throws: SystemError.self) { try FileSystem.names(in: folder.file("none")) }
    }

    @Test func `a folder that exists is as good as made, a file in its place is not`() throws {
        let folder = try TemporaryFolder()
        try FileSystem.createFolder(folder.file("state"), mode: 0o700)
        try FileSystem.createFolder(folder.file("state"), mode: 0o700)
        #expect(try FileSystem.status(of: folder.file("state"))?.permissions == 0o700)
        _ = try File.open(appending: folder.file("file"))
        let error = #expect(throws: SystemError.self) { try FileSystem.createFolder(folder.file("file")) }
        #expect(error?.code == EEXIST)
    }

    @Test(arguments: [
        ("/var/log/fail2ban.log", "/var/log", "fail2ban.log"), ("/x", "/", "x"), ("x", ".", "x"), ("a/b/", "a/b", ""),
    ])
    func `a path is parted at its last slash`(path: String, folder: String, name: String) {
        #expect(FileSystem.folder(of: path) == folder)
        #expect(FileSystem.name(of: path) == name)
    }
}
