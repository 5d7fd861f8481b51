import Foundation

/// A new folder, gone with its test.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "linux-system-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// Waits until the descriptor is readable: false after half a minute, which only a fault takes.
func becomesReadable(_ descriptor: Int32, within milliseconds: Int32 = 30_000) -> Bool {
    var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
        let count = poll(&item, 1, milliseconds)
        if count >= 0 { return count == 1 }
        if errno != EINTR { return false }
    }
}
