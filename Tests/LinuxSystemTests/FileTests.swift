import Foundation
import Testing

@testable import LinuxSystem

@Suite struct FileTests {
    @Test func `what is appended is read back, at any offset`() throws {
        let folder = try TemporaryFolder()
        var file = try File.open(appending: folder.file("log"))
        try file.append(Array("one\n".utf8))
        try file.append([])
        try file.append(Array("two\n".utf8))
        try file.synchronize()
        #expect(try file.size == 8)
        #expect(try file.read(atMost: 100, at: 4) == Array("two\n".utf8))
        #expect(try file.read(atMost: 3, at: 0) == Array("one".utf8))
        #expect(try file.read(atMost: 3, at: 8) == [])
        #expect(try file.read(atMost: 3, at: 100) == [])

        let reader = try File.open(reading: folder.file("log"))
        #expect(try reader.read(atMost: 100, at: 0) == Array("one\ntwo\n".utf8))
        #expect(try reader.status == file.status)
    }

    @Test func `a truncated file is appended to at its new end`() throws {
        let folder = try TemporaryFolder()
        var file = try File.open(appending: folder.file("log"))
        try file.append(Array("one\nhalf".utf8))
        try file.truncate(to: 4)
        try file.append(Array("two\n".utf8))
        #expect(try file.read(atMost: 100, at: 0) == Array("one\ntwo\n".utf8))
    }

    /// Writes three bytes at a time, is interrupted now and then, and has no more room after `room` bytes.
    private final class FullDisk {
        var room: Int
        var calls = 0

        init(room: Int) { self.room = room }

        func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
            calls += 1
            if calls % 3 == 0 {
                errno = EINTR
                return -1
            }
            if room == 0 {
                errno = ENOSPC
                return -1
            }
            let written = Glibc.write(descriptor, bytes, min(3, count, room))
            room -= written
            return written
        }
    }

    @Test func `short writes and interruptions still append everything`() throws {
        let folder = try TemporaryFolder()
        var file = try File.open(appending: folder.file("log"))
        let disk = FullDisk(room: 1000)
        let bytes = (0..<100).map(UInt8.init)
        try file.append(bytes, through: disk.write)
        #expect(disk.calls > 34)
        #expect(try file.read(atMost: 200, at: 0) == bytes)
    }

    @Test func `a disk that fills up in the middle of a record leaves no half of it`() throws {
        let folder = try TemporaryFolder()
        var file = try File.open(appending: folder.file("log"))
        try file.append(Array("whole\n".utf8))
        var failure: SystemError?
        do throws(SystemError) {
            try file.append(Array("a record that does not fit\n".utf8), through: FullDisk(room: 10).write)
        } catch { failure = error }
        #expect(failure?.isFull == true)
        #expect(failure?.description == "append to \(folder.file("log")): No space left on device")
        #expect(try file.read(atMost: 200, at: 0) == Array("whole\n".utf8))
        try file.append(Array("next\n".utf8))
        #expect(try file.read(atMost: 200, at: 0) == Array("whole\nnext\n".utf8))
    }

    @Test func `a lock is held against every other open file, and goes with its file`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pid")
        do {
            let first = try File.open(appending: path)
            let second = try File.open(appending: path)
            #expect(try first.lockExclusively())
            #expect(try first.lockExclusively())
            #expect(try !second.lockExclusively())
        }
        // A program that another test starts at this moment shares it, until it is that program.
        let deadline = ContinuousClock.now + .seconds(20)
        var isLocked = false
        while !isLocked, ContinuousClock.now < deadline {
            isLocked = try File.open(appending: path).lockExclusively()
        }
        #expect(isLocked)
    }

    @Test func `a missing file is told with its path`() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: SystemError.self) { _ = try File.open(reading: folder.file("none")) }
        #expect(error == SystemError(operation: "open \(folder.file("none"))", code: ENOENT))
    }

    @Test func `no descriptor goes on to a program`() throws {
        let folder = try TemporaryFolder()
        let file = try File.open(appending: folder.file("log"))
        let wakeup = try Wakeup()
        let watch = try FileWatch()
        for descriptor in [file.fileDescriptor, wakeup.fileDescriptor, watch.fileDescriptor] {
            #expect(fcntl(descriptor, F_GETFD) == FD_CLOEXEC)
        }
    }

    @Test func `a FIFO in a file's place holds nobody`() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
        let error = #expect(throws: SystemError.self) { try FileSystem.read(folder.file("fifo"), limit: 10) }
        #expect(error?.code == ESPIPE)
    }
}
