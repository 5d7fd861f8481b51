internal import BanModel

/// A ban of ours that fail2ban did not find when it was to free it.
///
/// It may be free: it ended by itself, or an earlier call freed it whose answer was lost. Or its jail has just started and
/// is still to restore it; then the jail's count of bans begins anew, and grows with each that it restores. So it is free
/// once it was missed three times, ``Monitor/settling`` apart, and the count has never been smaller than the time before:
/// the first may fall into one start and the second into the next, but by the third a jail has restored what it had.
struct UnfoundBan: Sendable {
    private static let enough = 3

    /// When it is to be freed once more.
    var again: Timestamp = .seconds(0)
    private var misses = 0
    private var wasListed = false

    var isFree: Bool { misses >= Self.enough }

    mutating func miss(at now: Timestamp) {
        misses += 1
        again = now + Monitor.settling
    }

    /// The jail lists it: it is freed at once, but where that finds nothing once more, only after a while.
    mutating func isListed(at now: Timestamp) {
        misses = 0
        again = wasListed ? now + Monitor.settling : .seconds(0)
        wasListed = true
    }

    /// The jail has started anew since it was missed.
    mutating func beginAnew(at now: Timestamp) {
        misses = 0
        miss(at: now)
    }
}
