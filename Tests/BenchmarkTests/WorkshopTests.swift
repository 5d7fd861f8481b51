import Foundation
import Glibc
import Testing

@testable import Benchmark

@Suite struct WorkshopTests {
    @Test(.timeLimit(.minutes(1)))
    func `what was started, and the folder, go with the run, whoever holds them`() throws {
        let workshop = try Workshop(isQuick: true)
        let folder = try workshop.newFolder("test")
        let daemon = try Daemon(workshop, "sleeper", "sh", ["-c", "echo is ready now; exec sleep 1000"])
        #expect(kill(daemon.number, 0) == 0)
        workshop.cleanUp()
        #expect(!FileManager.default.fileExists(atPath: folder))
        #expect(!FileManager.default.fileExists(atPath: workshop.folder))
        // It is killed, and not collected before the object goes.
        while try !ProcessUse.text("/proc/\(daemon.number)/stat").contains(") Z ") { usleep(1_000) }
        #expect(throws: Failure.self) { try Daemon(workshop, "late", "sh", ["-c", "echo is ready now; sleep 1000"]) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a daemon that ends before it is ready is told with its last words`() throws {
        let workshop = try Workshop(isQuick: true)
        let error = #expect(throws: Failure.self) {
            try Daemon(workshop, "fool", "sh", ["-c", "echo no such file >&2; exit 3"])
        }
        #expect(error?.description == "fool has ended: no such file")
    }

    @Test func `the system's account of a process is read`() throws {
        let use = try ProcessUse(of: getpid())
        #expect(use.resident > 1e6)
        #expect(use.peak >= use.resident)
        #expect(use.threads["\(getpid())"] != nil)
        #expect(use.cpu(since: use) == 0)
    }
}
