internal import Glibc
internal import LinuxSystem

/// The file that holds a daemon's process number, locked for as long as the daemon runs: the lock, and not that the file
/// is there, says that one runs.
public struct PidFile: ~Copyable {
    public enum Refusal: Error, Hashable, CustomStringConvertible {
        /// `process` is nil where the file does not say it.
        case taken(process: Int32?, path: String)
        /// It holds something that would be lost.
        case notOurs(path: String)

        public var description: String {
            switch self {
            case .taken(let process, let path):
                "already running (pid \(process.map(String.init) ?? "unknown")), pidfile \(path)"
            case .notOurs(let path): "\(path) holds something else than a process number: it is no pidfile"
            }
        }
    }

    /// Somebody who looks whether it is locked locks it for a moment: so long it is tried again, in microseconds.
    private static let patience: Int64 = 1_000_000
    /// A number, and the white space behind it.
    private static let longest = 32

    private var file: File
    private let path: String

    /// Makes the file ours: an unlocked one is a dead daemon's.
    ///
    /// - Throws: ``Refusal`` or a SystemError.
    init(taking path: String) throws {
        let deadline = SystemClock.monotonic() + Self.patience
        while true {
            var file = try File.open(appending: path, mode: 0o644)
            guard try file.lockExclusively() else {
                let process = Self.process(in: try file.read(atMost: Self.longest, at: 0))
                let isAlive = try process.map { try OtherProcess($0) != nil } ?? false
                if isAlive || SystemClock.monotonic() >= deadline { throw Refusal.taken(process: process, path: path) }
                usleep(10_000)
                continue
            }
            // Its last owner may have removed it between our two calls.
            guard try FileSystem.status(of: path)?.identity == file.status.identity else { continue }
            guard Self.isPidfile(try file.read(atMost: Self.longest + 1, at: 0)) else {
                throw Refusal.notOurs(path: path)
            }
            try file.truncate(to: 0)
            try file.append(Array("\(OwnProcess.number)\n".utf8))
            self.file = file
            self.path = path
            return
        }
    }

    /// At the end, while it is still locked; a file of this name that is not ours stays.
    func remove() throws(SystemError) {
        guard try FileSystem.status(of: path)?.identity == file.status.identity else { return }
        try FileSystem.remove(path)
    }

    /// Who holds the lock; nil where nobody does.
    ///
    /// - Throws: ``Refusal/taken(process:path:)`` where somebody does and the file does not say who, or a SystemError.
    public static func holder(of path: String) throws -> Int32? {
        guard try FileSystem.status(of: path) != nil else { return nil }
        let deadline = SystemClock.monotonic() + patience
        while true {
            let file = try File.open(reading: path)
            if try file.lockExclusively() { return nil }
            if let process = process(in: try file.read(atMost: longest, at: 0)) { return process }
            // It was locked just now, and is written in a moment.
            guard SystemClock.monotonic() < deadline else { throw Refusal.taken(process: nil, path: path) }
            usleep(10_000)
        }
    }

    static func process(in bytes: [UInt8]) -> Int32? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let word = text.split(whereSeparator: \.isWhitespace).first, text.contains("\n") else { return nil }
        return Int32(word).flatMap { $0 > 1 ? $0 : nil }
    }

    /// Whether nothing is lost with it: empty, or one number.
    static func isPidfile(_ bytes: [UInt8]) -> Bool {
        bytes.count <= longest && bytes.allSatisfy { (0x30...0x39).contains($0) || [0x20, 0x0A, 0x0D].contains($0) }
    }
}
