/// How long to leave somebody alone: longer each time, until all is well again. In monotonic microseconds.
struct RetryPause {
    private static let shortest: Int64 = 100_000

    private let longest: Int64
    private var pause = RetryPause.shortest

    init(longest: Int64) { self.longest = longest }

    mutating func next() -> Int64 {
        defer { pause = min(pause * 2, longest) }
        return pause
    }

    mutating func reset() { pause = Self.shortest }
}
