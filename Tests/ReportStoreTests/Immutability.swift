import Foundation

/// Files that not even root may write, open ones neither.
enum Immutability {
    static let isThere: Bool = {
        let path = FileManager.default.temporaryDirectory.path + "/immutable-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard FileManager.default.createFile(atPath: path, contents: nil) else { return false }
        return set("+i", [path]) && set("-i", [path])
    }()

    /// False where the file system does not know of it, or we may not.
    static func set(_ flag: String, _ paths: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/chattr")
        process.arguments = [flag] + paths
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
