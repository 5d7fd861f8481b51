internal import Glibc
internal import LinuxSystem

/// What the system counts of a process: proc_pid_status(5), and the scheduler's own account, in nanoseconds.
struct ProcessUse {
    struct Thread {
        var name: String
        var cpu: Double
        var switches: Int
    }

    /// In bytes: held now, and at most so far.
    var resident: Double
    var peak: Double
    /// By their numbers; seconds since each began.
    var threads: [String: Thread]

    init(of process: Int32) throws {
        let status = try Self.fields("/proc/\(process)/status")
        resident = (status["VmRSS"] ?? 0) * 1024
        peak = (status["VmHWM"] ?? 0) * 1024
        threads = [:]
        for number in try FileSystem.names(in: "/proc/\(process)/task") {
            do {
                threads[number] = try Self.thread(in: "/proc/\(process)/task/\(number)")
            } catch let error as SystemError where error.isMissing || error.code == ESRCH {
                continue  // it has ended since it was listed
            }
        }
    }

    private static func thread(in folder: String) throws -> Thread {
        let counts = try fields("\(folder)/status")
        let cpu = try text("\(folder)/schedstat").split(separator: " ").first.flatMap { Double($0) } ?? 0
        let name = try text("\(folder)/comm").split(separator: "\n").first ?? ""
        return Thread(
            name: String(name), cpu: cpu / 1e9,
            switches: Int((counts["voluntary_ctxt_switches"] ?? 0) + (counts["nonvoluntary_ctxt_switches"] ?? 0)))
    }

    /// Seconds of all threads since then.
    func cpu(since before: ProcessUse) -> Double {
        threads.reduce(0) { $0 + $1.value.cpu - (before.threads[$1.key]?.cpu ?? 0) }
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try FileSystem.read(path, limit: 1 << 20), as: UTF8.self)
    }

    /// `NAME: NUMBER …`
    private static func fields(_ path: String) throws -> [String: Double] {
        var fields: [String: Double] = [:]
        for line in try text(path).split(separator: "\n") {
            let words = line.split(whereSeparator: { ":\t ".contains($0) })
            if words.count >= 2, let number = Double(words[1]) { fields[String(words[0])] = number }
        }
        return fields
    }
}
