import LinuxSystem
import OwnThread
import ZeroMQ

/// What a test waited for in vain: only a fault takes so long.
struct NothingCame: Error {}

/// For loops that wait for a condition: no time limit of the suite ends one that never gives its thread back.
struct Patience {
    private let end = SystemClock.monotonic() + 30_000_000

    func check() throws { if SystemClock.monotonic() > end { throw NothingCame() } }
}

extension Socket {
    /// The next message, waited for.
    mutating func receiveNext() throws -> [[UInt8]] {
        let patience = Patience()
        while true {
            try patience.check()
            if let message = try receive() { return message }
            var poll = PollSet()
            poll.add(self, for: .reading)
            guard try poll.wait(timeout: .seconds(30)) else { throw NothingCame() }
        }
    }

    /// Sends, waiting for a peer where there is none yet.
    mutating func sendWhenPossible(_ frames: [[UInt8]]) throws {
        let patience = Patience()
        while try !send(frames) {
            try patience.check()
            var poll = PollSet()
            poll.add(self, for: .writing)
            guard try poll.wait(timeout: .seconds(30)) else { throw NothingCame() }
        }
    }

    /// Nothing waits, and nothing comes for a moment.
    mutating func staysSilent() throws -> Bool {
        if try receive() != nil { return false }
        var poll = PollSet()
        poll.add(self, for: .reading)
        return try !poll.wait(timeout: .milliseconds(50))
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Waits on a thread of its own: a test that blocks one of the few threads that tasks share may hold up its own other half.
func becomesReadable(_ descriptor: Int32) async throws {
    let ready = await onOwnThread("test waits") {
        Result {
            var poll = PollSet()
            poll.add(fileDescriptor: descriptor)
            return try poll.wait(timeout: .seconds(30))
        }
    }
    guard try ready.get() else { throw NothingCame() }
}
