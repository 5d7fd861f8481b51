package import BanModel

/// How this hub keeps up with a friend: what it asks him, and what has come of what he told.
package struct FriendCopy: Sendable {
    private var sync = CopySync()
    /// So many of his reports were news.
    package private(set) var taken = 0
    package private(set) var refused: [FriendRefusal: Int] = [:]

    package init() {}

    /// What to ask him next; nil while this hub knows all that he tells.
    package var question: CopyQuestion? { sync.question }

    /// How many of his changes are known to be missing; nil: not known, before he has answered.
    package var lag: UInt64? { sync.isInStep ? 0 : sync.stream?.missing }

    /// The connection to his broadcasts is new.
    package mutating func joined() { sync.begin() }

    /// His broadcasts do not arrive.
    package mutating func catchUp() { if sync.isInStep { sync.begin() } }

    package mutating func heard(_ count: Int, epoch: UInt64, upTo sequence: UInt64) {
        sync.heard(count, epoch: epoch, upTo: sequence)
    }

    /// He has answered ``question``. What he has in all his buckets is asked for where he does not know what has changed:
    /// how what we have of him was shared is nothing that we could compare.
    package mutating func answered(_ answer: CopyAnswer<SharedReport>) { sync.answered(answer, own: ReportBuckets()) }

    /// What has come of his reports.
    package mutating func note(taken: Int, refused: [FriendRefusal: Int]) {
        self.taken += taken
        self.refused.merge(refused, uniquingKeysWith: +)
    }
}
