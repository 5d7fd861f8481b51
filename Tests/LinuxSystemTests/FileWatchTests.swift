import Foundation
import Testing

@testable import LinuxSystem

@Suite(.timeLimit(.minutes(10))) struct FileWatchTests {
    @Test func `a log is followed through its rotation`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fail2ban.log")
        var log = try File.open(appending: path)
        var watch = try FileWatch()
        let inFolder = try watch.watch(directory: folder.path)
        let inLog = try watch.watch(log)
        #expect(try watch.drain() == [])
        #expect(!becomesReadable(watch.fileDescriptor, within: 0))

        try log.append(Array("line\n".utf8))
        try log.append(Array("line\n".utf8))
        #expect(becomesReadable(watch.fileDescriptor, within: 0))
        #expect(try watch.drain() == [.file(inLog)])

        #expect(rename(path, path + ".1") == 0)
        #expect(
            try watch.drain() == [.name(inFolder, "fail2ban.log"), .name(inFolder, "fail2ban.log.1"), .file(inLog)])
        // Between the renaming and the flush, lines go to the renamed file.
        try log.append(Array("late\n".utf8))
        #expect(try watch.drain() == [.file(inLog)])

        var new = try File.open(appending: path)
        #expect(try watch.drain() == [.name(inFolder, "fail2ban.log")])
        let inNew = try watch.watch(new)
        #expect(inNew != inLog)
        try new.append(Array("new\n".utf8))
        #expect(try watch.drain() == [.file(inNew)])

        watch.end(inLog)
        try log.append(Array("unwatched\n".utf8))
        #expect(try watch.drain() == [])
    }

    @Test func `copytruncate and a last name that goes are changes of the file`() throws {
        let folder = try TemporaryFolder()
        var log = try File.open(appending: folder.file("log"))
        try log.append([1, 2, 3])
        var watch = try FileWatch()
        let inLog = try watch.watch(file: folder.file("log"))
        try log.truncate(to: 0)
        #expect(try watch.drain() == [.file(inLog)])
        try FileSystem.remove(folder.file("log"))
        #expect(try watch.drain() == [.file(inLog)])
    }

    @Test func `a file that is gone for good ends its watch`() throws {
        let folder = try TemporaryFolder()
        _ = try File.open(appending: folder.file("log"))
        var watch = try FileWatch()
        let inLog = try watch.watch(file: folder.file("log"))
        try FileSystem.remove(folder.file("log"))
        #expect(try watch.drain() == [.file(inLog), .gone(inLog)])
        watch.end(inLog)
        #expect(try watch.drain() == [])
    }

    @Test func `a folder that was moved or deleted ends its watch`() throws {
        let folder = try TemporaryFolder()
        try FileSystem.createFolder(folder.file("a"))
        try FileSystem.createFolder(folder.file("b"))
        var watch = try FileWatch()
        let moved = try watch.watch(directory: folder.file("a"))
        let deleted = try watch.watch(directory: folder.file("b"))
        #expect(rename(folder.file("a"), folder.file("c")) == 0)
        _ = try File.open(appending: folder.file("c/unseen"))
        #expect(rmdir(folder.file("b")) == 0)
        #expect(try watch.drain() == [.gone(moved), .gone(deleted)])
        #expect(try watch.drain() == [])
    }

    @Test func `changes that the kernel lost are reported`() throws {
        let folder = try TemporaryFolder()
        let text = try FileSystem.read("/proc/sys/fs/inotify/max_queued_events", limit: 100)
        let limit = try #require(Int(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines)))
        try #require(limit < 200_000, "a queue that a test can fill")
        var watch = try FileWatch()
        let inFolder = try watch.watch(directory: folder.path)
        // Each takes two places: it comes, it goes.
        for number in 0...limit / 2 + 1 {
            let descriptor = open(folder.file("\(number % 2)"), O_CREAT | O_CLOEXEC, 0o600)
            close(descriptor)
            unlink(folder.file("\(number % 2)"))
        }
        var changes: [FileChange] = []
        while becomesReadable(watch.fileDescriptor, within: 0) { changes += try watch.drain() }
        #expect(changes.last == .everything)
        #expect(changes.first == .name(inFolder, "0"))
    }

    @Test func `only a folder is watched as one, and what is missing is told`() throws {
        let folder = try TemporaryFolder()
        _ = try File.open(appending: folder.file("file"))
        var codes: [Int32] = []
        var watch = try FileWatch()
        do throws(SystemError) { _ = try watch.watch(directory: folder.file("file")) } catch {
            codes.append(error.code)
        }
        do throws(SystemError) { _ = try watch.watch(file: folder.file("none")) } catch {
            codes.append(error.code)
            #expect(error.description == "watch \(folder.file("none")): No such file or directory")
        }
        #expect(codes == [ENOTDIR, ENOENT])
    }

    @Test func `events are read wherever they lie`() {
        func event(_ watch: Int32, _ mask: UInt32, _ name: [UInt8]) -> [UInt8] {
            [UInt32(bitPattern: watch), mask, 0, UInt32(name.count)]
                .flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } } + name
        }
        let all =
            event(1, 2, []) + event(3, 4, Array("odd".utf8) + [0, 0]) + event(5, 6, [0xff, 0])
            + event(-1, UInt32(IN_Q_OVERFLOW), [])
        let expected = [
            FileEvent(watch: 1, mask: 2, name: nil), FileEvent(watch: 3, mask: 4, name: "odd"),
            FileEvent(watch: 5, mask: 6, name: nil), FileEvent(watch: -1, mask: UInt32(IN_Q_OVERFLOW), name: nil),
        ]
        // Shifted by one, every header is out of its alignment.
        for shift in 0..<4 {
            let bytes = [UInt8](repeating: 9, count: shift) + all
            let events = bytes.withUnsafeBytes { FileEvent.parse(UnsafeRawBufferPointer(rebasing: $0[shift...])) }
            #expect(events == expected)
        }
        let cut = all.dropLast(2)
        #expect(cut.withUnsafeBytes { FileEvent.parse($0) } == Array(expected.dropLast()))
    }
}
