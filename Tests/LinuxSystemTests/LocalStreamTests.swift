import Foundation
import Glibc
import OwnThread
import Testing

@testable import LinuxSystem

/// A listener whose connections the test accepts itself.
private final class Listener {
    let path = NSTemporaryDirectory() + "stream-" + UUID().uuidString.prefix(8)
    private let descriptor: Int32

    init(backlog: Int32 = 5) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(code == 0 && listen(descriptor, backlog) == 0)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    func acceptOne() -> Int32 { accept(descriptor, nil, nil) }
    func stopListening() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

@Suite(.timeLimit(.minutes(10))) struct LocalStreamTests {
    private var soon: Int64 { SystemClock.monotonic() + 50_000 }
    private var late: Int64 { SystemClock.monotonic() + 60_000_000 }

    private func fault(_ body: () throws(StreamFault) -> Void) -> StreamFault? {
        do throws(StreamFault) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `what is sent arrives, in both directions, and whatever its length`() async throws {
        let listener = try Listener()
        let stream = try LocalStream(to: listener.path, by: late)
        let other = listener.acceptOne()
        #expect(stream.isQuiet)
        let long = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let deadline = late
        async let sending: Void = onOwnThread("sends") { () throws(StreamFault) in
            try stream.send(long, by: deadline)
        }
        let read = await onOwnThread("reads") {
            var bytes = [UInt8](repeating: 0, count: long.count)
            var count = 0
            while count < bytes.count {
                let more = bytes.withUnsafeMutableBytes { recv(other, $0.baseAddress! + count, $0.count - count, 0) }
                guard more > 0 else { break }
                count += more
            }
            return bytes
        }
        try await sending
        #expect(read == long)
        #expect(send(other, "pong", 4, 0) == 4)
        var bytes = Array("ping, ".utf8)
        try stream.receive(into: &bytes, by: late)
        #expect(bytes == Array("ping, pong".utf8))
        #expect(stream.isQuiet)
        close(other)
        // A program that another test is just starting has the other end too, until it runs.
        let patience = ContinuousClock.now + .seconds(20)
        while stream.isQuiet, ContinuousClock.now < patience { await Task.yield() }
        #expect(!stream.isQuiet)
        #expect(fault { () throws(StreamFault) in try stream.receive(into: &bytes, by: late) } == .ended)
        #expect(fault { () throws(StreamFault) in try stream.send([1], by: late) } == .ended)
    }

    @Test func `nobody waits beyond the deadline, nor beyond the stop`() throws {
        let listener = try Listener()
        let stream = try LocalStream(to: listener.path, by: late)
        let stop = try Wakeup()
        var bytes: [UInt8] = []
        #expect(
            fault { () throws(StreamFault) in try stream.receive(into: &bytes, by: soon, until: stop) } == .timedOut)
        let long = [UInt8](repeating: 0, count: 10_000_000)
        #expect(fault { () throws(StreamFault) in try stream.send(long, by: soon) } == .timedOut)
        stop.signal()
        #expect(fault { () throws(StreamFault) in try stream.receive(into: &bytes, by: late, until: stop) } == .stopped)
    }

    @Test func `a listener whose queue is full is waited for`() throws {
        let listener = try Listener(backlog: 0)
        var waiting: [LocalStream] = []
        var full: StreamFault?
        while full == nil, waiting.count < 100 {
            do throws(StreamFault) {
                waiting.append(try LocalStream(to: listener.path, by: soon))
            } catch {
                full = error
            }
        }
        #expect(full == .timedOut)
        let stop = try Wakeup()
        stop.signal()
        #expect(
            fault { () throws(StreamFault) in _ = try LocalStream(to: listener.path, by: late, until: stop) }
                == .stopped)
        close(listener.acceptOne())
        #expect(fault { () throws(StreamFault) in _ = try LocalStream(to: listener.path, by: late) } == nil)
    }

    @Test func `a socket that is not there, has nobody behind it, or has too long a name, is told apart`() throws {
        let listener = try Listener()
        listener.stopListening()
        func error(_ path: String) -> SystemError? {
            guard case .failed(let error) = fault({ () throws(StreamFault) in _ = try LocalStream(to: path, by: late) })
            else { return nil }
            return error
        }
        #expect(error("/nonexistent/socket")?.isMissing == true)
        #expect(error(listener.path)?.isRefused == true)
        #expect(error("/" + String(repeating: "x", count: 107))?.code == ENAMETOOLONG)
    }
}
