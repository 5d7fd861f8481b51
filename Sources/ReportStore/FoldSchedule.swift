/// When changes are brought into the reports: once few come, or too many wait; a part at a time, so that what comes
/// meanwhile does not wait for all of them.
///
/// It costs as much again as storing them, so a storm is better over first. All times are monotonic microseconds.
struct FoldSchedule: Sendable {
    /// So many changes are brought in at once: all are sorted in memory.
    var part = 130_000
    /// Changes that are not worth it.
    var few = 10_000
    /// More are not left until few come. The next start has to bring them in before anything else.
    var most = 2_000_000
    /// How long what comes is counted.
    var span: Int64 = 1_000_000
    /// So many in that time are few.
    var calm = 1_000
    /// Between one try and the next, where it does not succeed.
    var pause: Int64 = 60_000_000

    /// Of what is counted now; nil: nothing is yet.
    private var begin: Int64?
    private var count = 0
    /// Whether few came last.
    private var isCalm = false
    private var retryAt: Int64?

    /// So many changes were stored.
    mutating func stored(_ changes: Int, at now: Int64) {
        look(at: now)
        count += changes
        if count > calm { isCalm = false }
    }

    /// Whether a part is to be brought in now.
    ///
    /// - Parameter waiting: changes that are not brought in yet.
    mutating func isDue(_ waiting: Int, at now: Int64) -> Bool {
        look(at: now)
        if let retryAt, now < retryAt { return false }
        return waiting > most || waiting > few && isCalm
    }

    /// When to look whether it is due; 0: at once; nil: too few wait.
    func nextLook(_ waiting: Int) -> Int64? {
        guard waiting > few else { return nil }
        let isEnough = isCalm || waiting > most
        return max(retryAt ?? 0, isEnough ? 0 : begin.map { $0 + span } ?? 0)
    }

    mutating func succeeded() { retryAt = nil }

    mutating func failed(at now: Int64) { retryAt = now + pause }

    private mutating func look(at now: Int64) {
        if let begin {
            guard now - begin >= span else { return }
            isCalm = count <= calm
        }
        (begin, count) = (now, 0)
    }
}
