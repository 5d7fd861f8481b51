internal import Glibc
internal import LinuxSystem

/// Where and when a run was made: figures of two machines say nothing of each other.
public struct Machine: Codable, Sendable {
    var processor: String
    var processors: Int
    var memory: Double
    var kernel: String
    /// Of the run's folder: on one in memory nothing waits for a disk.
    var fileSystem: String
    /// In the last minute, as the run began; the run itself makes some later.
    var load: Double
    /// Local time, at the beginning.
    var date: String

    /// - Parameter folder: where the daemons keep what they hold.
    public init(folder: String) throws {
        let model = try ProcessUse.text("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        processor = model?.split(separator: ":", maxSplits: 1).last.map { String($0.drop { $0 == " " }) } ?? "unknown"
        processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        memory = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
        kernel = try ProcessUse.text("/proc/sys/kernel/osrelease").split(separator: "\n").first.map(String.init) ?? ""
        fileSystem = try Self.fileSystem(of: folder)
        load = try ProcessUse.text("/proc/loadavg").split(separator: " ").first.flatMap { Double($0) } ?? 0
        date = String(SystemClock.localTime().prefix(19))
    }

    /// Its kind, by the mount whose place is the longest beginning of the path.
    private static func fileSystem(of folder: String) throws -> String {
        let mounts = try ProcessUse.text("/proc/mounts").split(separator: "\n").map { $0.split(separator: " ") }
        let around = mounts.filter { $0.count > 2 && (folder + "/").hasPrefix($0[1] == "/" ? "/" : $0[1] + "/") }
        // Of two on one place, the later one is seen.
        return around.enumerated().max { ($0.element[1].count, $0.offset) < ($1.element[1].count, $1.offset) }
            .map { String($0.element[2]) } ?? "unknown"
    }

    var lines: [String] {
        [
            "\(processors) x \(processor), \(Quantity.bytes.text(memory)), Linux \(kernel), \(fileSystem)",
            "\(date), load \(Quantity.digits(load))" + (load > 0.5 ? ": others work here, so trust no figure" : ""),
        ]
    }
}
