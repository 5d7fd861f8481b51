internal import Glibc
internal import LinuxSystem

/// Where and when a run was made: figures of two machines say nothing of each other.
package struct Machine: Codable, Sendable {
    var processor: String
    var processors: Int
    var memory: Double
    var kernel: String
    /// In the last minute, as the run began; the run itself makes some later.
    var load: Double
    /// Local time, at the beginning.
    var date: String

    package init() throws {
        let model = try ProcessUse.text("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        processor = model?.split(separator: ":", maxSplits: 1).last.map { String($0.drop { $0 == " " }) } ?? "unknown"
        processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        memory = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
        kernel = try ProcessUse.text("/proc/sys/kernel/osrelease").split(separator: "\n").first.map(String.init) ?? ""
        load = try ProcessUse.text("/proc/loadavg").split(separator: " ").first.flatMap { Double($0) } ?? 0
        date = String(SystemClock.localTime().prefix(19))
    }

    var lines: [String] {
        [
            "\(processors) x \(processor), \(Quantity.bytes.text(memory)), Linux \(kernel)",
            "\(date), load \(Quantity.digits(load))" + (load > 0.5 ? ": others work here, so trust no figure" : ""),
        ]
    }
}
