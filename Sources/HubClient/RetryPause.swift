/// How long to leave somebody alone: longer each time, until all is well again. In monotonic microseconds.
struct RetryPause {
    private static let shortest: Int64 = 100_000
    private static let longest: Int64 = 5_000_000

    private var pause = RetryPause.shortest

    mutating func next() -> Int64 {
        defer { pause = min(pause * 2, Self.longest) }
        return pause
    }

    mutating func reset() { pause = Self.shortest }
}
