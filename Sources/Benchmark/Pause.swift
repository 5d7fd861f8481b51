internal import Glibc
internal import LinuxSystem

/// Waits that disturb what is measured as little as can be.
enum Pause {
    static func milliseconds(_ count: UInt32) { microseconds(count * 1000) }

    static func microseconds(_ count: UInt32) { usleep(count) }

    /// Looks every so often until there is something, and takes what the daemons of the cluster write meanwhile.
    @discardableResult
    static func until<Result>(
        _ what: String, within seconds: Int64, every milliseconds: UInt32 = 2, _ cluster: Cluster,
        _ look: () throws -> Result?
    ) throws -> Result {
        let deadline = SystemClock.monotonic() + seconds * 1_000_000
        while true {
            if let result = try look() { return result }
            guard SystemClock.monotonic() < deadline else { throw Failure("\(what): not within \(seconds) s") }
            try cluster.drain()
            Self.milliseconds(milliseconds)
        }
    }
}
