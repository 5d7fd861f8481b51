internal import BanModel
internal import Fail2Ban
internal import LinuxSystem

/// Reads the spool that fail2ban's action appends to, and begins a new one when it has become long.
///
/// Long and done with, it is renamed, in place of the one before; the next ban makes the new one. A shell that had opened
/// it just before may still append its line: so the renamed one is read on for a minute, beside the new one.
struct ActionSpool: ~Copyable {
    /// In bytes; some 70,000 bans.
    static let longest: UInt64 = 4 << 20
    /// How long a shell may take between opening the spool and writing its line, in microseconds.
    private static let patience: Int64 = 60_000_000

    private let path: String
    private let longest: UInt64
    private var current: LogFollower
    private var name: NameWatch
    /// The renamed one, until this time of the monotonic clock.
    private var former: LogFollower?
    private var formerEnds: Int64 = 0

    init(path: String, longest: UInt64 = Self.longest) {
        self.path = path
        self.longest = longest
        current = LogFollower(path: path)
        name = NameWatch(path: path)
    }

    /// - Parameter position: where the last run ended; nil: there was none, and fail2ban is asked for what came before.
    mutating func begin(at position: FilePosition?) -> LogFollower.Beginning { current.begin(at: position) }

    /// Wakes for what is written to it, and for a new one; to be called before each look at it.
    mutating func renewWatch(in watch: inout FileWatch) throws(SystemError) { try name.renew(in: &watch) }

    /// Reads on, a chunk at most, and hands out what its lines say.
    mutating func read(at monotonic: Int64, _ take: (SpoolLine) -> Void) {
        if former != nil {
            former!.read { line, _ in take(SpoolLine(line)) }
            if monotonic >= formerEnds { former = nil }
        }
        current.read { line, _ in take(SpoolLine(line)) }
    }

    /// Begins a new spool, where this one is long.
    ///
    /// - Parameter done: how far it is done with, on the hub's side too.
    mutating func rotate(done: FilePosition?, at monotonic: Int64) throws(SystemError) {
        guard former == nil, let position = current.position, position == done, position.offset >= longest,
            current.isAtEnd, try FileSystem.status(of: path)?.identity == position.identity
        else { return }
        let formerPath = path + ".1"
        try FileSystem.rename(path, to: formerPath)
        var renamed = LogFollower(path: formerPath)
        _ = renamed.begin(at: position)
        former = consume renamed
        formerEnds = monotonic + Self.patience
        // Not begun at any place: from its first line on.
        current = LogFollower(path: path)
    }

    /// Whether something may have been missed since the last call.
    mutating func takeGap() -> Bool { current.takeGap() }

    /// Behind what was read of the spool that has the name.
    var position: FilePosition? { current.position }
    var isAtEnd: Bool { current.isAtEnd }
    var trouble: SystemError? { current.trouble }

    /// What is left to wait before there is something to do unasked; nil: nothing.
    func pause(at monotonic: Int64) -> Duration? {
        let isFormer = former != nil
        let retry: Duration? = current.trouble == nil ? nil : .seconds(5)
        let former: Duration? = isFormer ? .microseconds(max(0, formerEnds - monotonic)) : nil
        return current.isAtEnd ? [retry, former].compactMap { $0 }.min() : .zero
    }
}
