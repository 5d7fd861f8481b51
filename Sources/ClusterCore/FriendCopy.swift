public import BanModel

/// How this hub keeps up with a friend or a twin: what it asks him, and what has come of what he told.
public struct FriendCopy: Sendable {
    private var sync = CopySync()
    /// So many of his reports were news.
    public private(set) var taken = 0
    public private(set) var refused: [FriendRefusal: Int] = [:]
    /// Something was refused by our clock, or by his.
    private var doubtsClock = false

    public init() {}

    /// What to ask him next; nil while this hub knows all that he tells.
    public var question: CopyQuestion? { sync.question }

    /// How many of his changes are known to be missing; nil: not known, before he has answered.
    public var lag: UInt64? { sync.isInStep ? 0 : sync.stream?.missing }

    /// The connection to his broadcasts is new.
    public mutating func joined() { sync.begin() }

    /// He has answered a hello: what a clock had kept out may be taken by now.
    public mutating func greeted() {
        if doubtsClock { sync.beginAnew() }
        doubtsClock = false
    }

    /// What is taken of him has changed, such as which addresses are never banned.
    public mutating func beginAnew() { sync.beginAnew() }

    /// His broadcasts do not arrive.
    public mutating func catchUp() { if sync.isInStep { sync.begin() } }

    public mutating func heard(_ count: Int, epoch: UInt64, upTo sequence: UInt64) {
        sync.heard(count, epoch: epoch, upTo: sequence)
    }

    /// He has answered ``question``.
    ///
    /// - Parameter own: what is compared with a twin's buckets. Of a friend's, who does not know what has changed, all are
    ///   asked for: how what he shared is kept is nothing that both sides could compare.
    public mutating func answered(_ answer: CopyAnswer<some Any>, own: ReportBuckets = ReportBuckets()) {
        sync.answered(answer, own: own)
    }

    /// What has come of his reports.
    public mutating func note(taken: Int, refused: [FriendRefusal: Int]) {
        self.taken += taken
        self.refused.merge(refused, uniquingKeysWith: +)
        if refused[.future] != nil { doubtsClock = true }
    }
}
