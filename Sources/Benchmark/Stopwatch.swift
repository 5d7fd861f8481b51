internal import LinuxSystem

/// How long something takes, in seconds.
enum Stopwatch {
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let begin = SystemClock.monotonic()
        try body()
        return Double(SystemClock.monotonic() - begin) / 1e6
    }

    /// What comes out a second, of three repeats of half a second at least.
    ///
    /// - Parameter body: one round; returns how many came out of it.
    static func rate(_ body: () throws -> Int) rethrows -> Series {
        var rates = Series()
        for _ in 0..<3 {
            var (count, time) = (0, 0.0)
            while time < 0.5 { time += try seconds { count += try body() } }
            rates.add(Double(count) / time)
        }
        return rates
    }
}
