/// How many addresses go into one call, so that a call takes no longer than others can wait for fail2ban.
struct BatchSize: Sendable {
    static let aim = Duration.milliseconds(250)
    static let largest = 5_000

    private(set) var size = 100

    /// A full batch that was quick makes the next one larger; a slow one makes it smaller. A single address that is slow
    /// says nothing: smaller it cannot be.
    mutating func learn(count: Int, took: Duration) {
        guard count > 1 || size == 1 else { return }
        if took > Self.aim * 2 {
            size = max(1, min(size, count) / 2)
        } else if took < Self.aim, count >= size {
            size = min(Self.largest, size * 2)
        }
    }
}
