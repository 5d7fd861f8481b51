/// Where a copy is in the broadcasts of a hub's epoch, and whether it has missed some of them.
struct BroadcastStream: Hashable, Sendable {
    let epoch: UInt64
    /// All changes up to this one are in the copy.
    private(set) var sequence: UInt64
    /// What was heard beyond a gap, without one in itself: the changes after the one, up to the other.
    ///
    /// No number is added to: a hub may say any.
    private var beyond: (after: UInt64, last: UInt64)?

    init(epoch: UInt64, sequence: UInt64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    var hasGap: Bool { beyond != nil }

    /// How many changes are known to be missing at most; nil where none is.
    var missing: UInt64? { beyond.map { $0.last - sequence } }

    /// Changes up to `last` were broadcast, so many in this message; none: a sign of life.
    mutating func heard(_ count: UInt64, upTo last: UInt64) {
        guard last > sequence else { return }
        let after = last - min(count, last)
        if after <= sequence {
            sequence = last
            beyond = nil
        } else if let known = beyond, count > 0, after <= known.last, known.after <= last {
            beyond = (min(known.after, after), max(known.last, last))
        } else {
            beyond = (after, last)
        }
    }

    /// The copy was compared with the hub, and holds all changes up to this one.
    mutating func synced(upTo last: UInt64) {
        sequence = max(sequence, last)
        guard let known = beyond else { return }
        if known.last <= sequence {
            beyond = nil
        } else if known.after <= sequence {
            sequence = known.last
            beyond = nil
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        (left.epoch, left.sequence) == (right.epoch, right.sequence) && left.beyond?.after == right.beyond?.after
            && left.beyond?.last == right.beyond?.last
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(epoch)
        hasher.combine(sequence)
    }
}
