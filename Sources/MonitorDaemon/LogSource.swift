internal import BanModel
internal import ClusterConfiguration
internal import Fail2Ban
internal import LinuxSystem
internal import ZeroMQ

/// What fail2ban says, wherever it says it: in a file or in the journal.
struct LogSource: ~Copyable {
    private var parser = LogParser()
    // One of the two; the watch goes with the file.
    private var file: LogFollower?
    private var name: NameWatch?
    private var journal: JournalFollower?
    /// For people.
    let description: String

    init(_ place: LogPlace) {
        switch place {
        case .file(let path):
            file = LogFollower(path: path.text)
            name = NameWatch(path: path.text)
            description = path.text
        case .journal:
            journal = JournalFollower()
            description = "the journal"
        }
    }

    /// - Parameter position: where the last run ended; nil: there was none.
    mutating func begin(at position: LogPosition?, now: Timestamp) -> LogFollower.Beginning {
        if journal != nil { return journal!.begin(at: position, now: now) }
        let beginning = file!.begin(at: position?.file)
        // A place in the journal is found in no file: what lies between is asked of fail2ban.
        return beginning == .atEnd && position != nil ? .gap : beginning
    }

    /// Wakes for what is written to the file that is open now.
    func watch(in watch: inout FileWatch) throws(SystemError) { try file?.watch(in: &watch) }

    /// Wakes for another file that takes the log's name; to be called before each look at it.
    mutating func renewWatch(in watch: inout FileWatch) throws(SystemError) { try name?.renew(in: &watch) }

    /// Wakes for what comes from the journal.
    func register(in ready: inout PollSet) {
        guard journal != nil else { return }
        for descriptor in journal!.fileDescriptors() { ready.add(fileDescriptor: descriptor) }
    }

    /// Reads on, some of it at most, and hands out what the lines say.
    mutating func read(at now: Timestamp, _ take: (ParsedLine) -> Void) {
        var parser = self.parser
        file?.read { line, form in take(parser.parse(line, in: form, readAt: now)) }
        journal?.read(at: SystemClock.monotonic(), wall: now) { line in
            switch line {
            case .entry(let entry): take(parser.parse(entry, readAt: now))
            case .refused(let reason): take(.refused(reason: reason))
            }
        }
        self.parser = parser
    }

    /// Whether something may have been missed since the last call.
    mutating func takeGap() -> Bool {
        if journal != nil { return journal!.takeGap() }
        return file!.takeGap()
    }

    private var state: LogState {
        // By methods: a property of what is optional and cannot be copied cannot be looked at (Swift 6.3).
        if journal != nil { return journal!.state(at: SystemClock.monotonic()) }
        return file!.state()
    }

    var position: LogPosition? { state.position }
    var isAtEnd: Bool { state.isAtEnd }
    var hasMore: Bool { state.hasMore }
    var trouble: String? { state.trouble }
    var retry: Duration? { state.retry }
}

/// How far a log was read, and what comes next.
struct LogState: Hashable {
    /// Behind what was read; nil where nothing was.
    var position: LogPosition?
    /// Whether all that is written was read, as far as the last look told.
    var isAtEnd: Bool
    /// Whether there is something to read without anything new coming.
    var hasMore: Bool
    /// Why it cannot be read at the moment.
    var trouble: String?
    /// How long to wait before another try; nil: there is none to make.
    var retry: Duration?
}
