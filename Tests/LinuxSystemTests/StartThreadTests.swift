import LinuxSystem
import OwnThread
import Testing

@Suite(.timeLimit(.minutes(10))) struct StartThreadTests {
    private struct Refusal: Error, Equatable { let number: Int }

    @Test func `the body runs on a thread of its name and its value comes back`() async throws {
        let name = try await onOwnThread("fifteen-letters") { () throws(SystemError) in
            try FileSystem.read("/proc/thread-self/comm", limit: 100)
        }
        #expect(String(decoding: name, as: UTF8.self) == "fifteen-letters\n")
    }

    @Test func `the body's error comes back as the type it is`() async {
        do throws(Refusal) {
            try await onOwnThread("refuses") { () throws(Refusal) in throw Refusal(number: 7) }
            Issue.record("nothing was thrown")
        } catch {
            #expect(error == Refusal(number: 7))
        }
    }

    @Test func `threads run side by side with the caller`() async throws {
        let there = try Wakeup()
        let back = try Wakeup()
        // Each waits for the other: on one thread neither would end.
        async let first = onOwnThread("first") {
            there.signal()
            return becomesReadable(back.fileDescriptor)
        }
        async let second = onOwnThread("second") {
            back.signal()
            return becomesReadable(there.fileDescriptor)
        }
        #expect(await first)
        #expect(await second)
    }

    @Test func `the stack holds megabytes`() async {
        let sum = await onOwnThread("deep") { () -> Int in
            withUnsafeTemporaryAllocation(byteCount: 6 << 20, alignment: 16) { buffer in
                for index in stride(from: 0, to: buffer.count, by: 4096) { buffer[index] = 1 }
                return stride(from: 0, to: buffer.count, by: 4096).reduce(0) { $0 + Int(buffer[$1]) }
            }
        }
        #expect(sum == (6 << 20) / 4096)
    }
}
