import Glibc

/// The two clocks of the system, in whole microseconds.
public enum SystemClock {
    /// Since 1970-01-01 00:00 UTC; jumps when somebody sets the clock.
    public static func wall() -> Int64 { read(CLOCK_REALTIME) }

    /// Since some moment before the process began; never goes back. For waits and deadlines.
    public static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

    /// `2026-11-21 02:00:00,123` in local time, as fail2ban and Python's logging write it.
    public static func localTime() -> String {
        let now = wall()
        var seconds = time_t(now / 1_000_000)
        var fields = tm()
        localtime_r(&seconds, &fields)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%Y-%m-%d %H:%M:%S", &fields)
        let fraction = String(1000 + now / 1000 % 1000).dropFirst()
        return String(cString: text.withUnsafeBufferPointer { $0.baseAddress! }) + ",\(fraction)"
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}
