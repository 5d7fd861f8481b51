internal import BanModel
internal import Fail2Ban
internal import LinuxSystem

/// Reads fail2ban's entries of systemd's journal as they come, by way of journalctl, which alone knows its files.
///
/// It first reads what there is, to a journalctl's own end: then, and only then, all that is written was read. Then it
/// follows with another one. Each begins with the entry that was read last; where that is not there any more, the journal
/// was shortened in between, and something may have been missed.
struct JournalFollower: ~Copyable {
    enum Line {
        case entry(JournalEntry)
        case refused(String)
    }

    /// journalctl prints no field of more than 4096 bytes, and a byte as six at most.
    static let longestLine = 262_144
    /// So much is read before others have their turn.
    private static let chunk = 262_144
    private static let longestPause: Int64 = 60_000_000
    /// A journalctl that lived so long had no trouble.
    private static let soundLife: Int64 = 60_000_000

    private let programName: String
    private var program: FollowedProgram?
    private var isCatchingUp = true
    /// The last entry that was read; nil: none yet.
    private var position: JournalCursor?
    /// Without a position: what came since then counts. Microseconds since 1970.
    private var since: Int64 = 0
    /// The entry that comes first must be this one; it was read already.
    private var expected: JournalCursor?
    private var rest: [UInt8] = []
    private var isSkipping = false
    private var hasGap = false
    private var isAtEnd = false
    private var hasMore = true
    /// Why the journal cannot be read at the moment, or not as it should.
    private var trouble: String?
    private var startedAt: Int64 = 0
    private var pause: Int64 = 0
    private var nextStart: Int64 = 0

    /// - Parameter programName: journalctl's; looked up in PATH where it has no slash.
    init(programName: String = "journalctl") { self.programName = programName }

    mutating func begin(at position: LogPosition?, now: Timestamp) -> LogFollower.Beginning {
        since = now.microseconds
        switch position {
        case nil: return .atEnd
        case .journal(let cursor):
            self.position = cursor
            return .resumed
        case .file: return .gap
        }
    }

    /// Readable while ``read(at:wall:_:)`` has something to do.
    func fileDescriptors() -> [Int32] { program == nil ? [] : program!.fileDescriptors() }

    /// What is left to wait before a journalctl that could not be started, or ended, is started again is the retry.
    func state(at monotonic: Int64) -> LogState {
        LogState(
            position: position.map { .journal($0) }, isAtEnd: isAtEnd, hasMore: hasMore, trouble: trouble,
            retry: program == nil ? .microseconds(max(0, nextStart - monotonic)) : nil)
    }

    mutating func takeGap() -> Bool {
        defer { hasGap = false }
        return hasGap
    }

    /// Reads on, one chunk at most, without waiting.
    mutating func read(at monotonic: Int64, wall: Timestamp, _ line: (Line) -> Void) {
        if program == nil {
            guard monotonic >= nextStart else { return }
            start(at: monotonic)
        }
        var count = 0
        while program != nil, count < Self.chunk {
            switch program!.read() {
            case .bytes(let bytes):
                count += bytes.count
                split(bytes, line)
            case .nothing:
                hasMore = false
                isAtEnd = !isCatchingUp
                return
            case .ended(let ending): ended(ending, at: monotonic, wall: wall)
            }
        }
        hasMore = program != nil
        isAtEnd = program == nil
    }

    // MARK: journalctl

    private mutating func start(at monotonic: Int64) {
        (rest, isSkipping, expected) = ([], false, position)
        startedAt = monotonic
        do throws(SystemError) {
            program = try FollowedProgram(starting: programName, arguments, environment: ["LC_ALL": "C"])
        } catch {
            fail(error.isMissing ? "\(error): is systemd's journalctl installed?" : "\(error)", at: monotonic)
        }
    }

    private var arguments: [String] {
        let beginning = position.map { "--cursor=\($0.text)" } ?? "--since=@\(Self.seconds(since))"
        return [
            "--output=json", "--output-fields=\(JournalEntry.fields.joined(separator: ","))", "--no-pager", "--no-tail",
            beginning,
        ] + (isCatchingUp ? [] : ["--follow"]) + JournalEntry.matches
    }

    private static func seconds(_ microseconds: Int64) -> String {
        "\(microseconds / 1_000_000).\("\(1_000_000 + microseconds % 1_000_000)".dropFirst())"
    }

    private mutating func ended(_ ending: FollowedProgram.Ending, at monotonic: Int64, wall: Timestamp) {
        let lines = String(decoding: program!.complaint(), as: UTF8.self).split(separator: "\n")
        let complaint = lines.joined(separator: " / ")
        program = nil
        guard isCatchingUp, ending == .exited(status: 0) else {
            let how =
                switch ending {
                case .exited(let status): "ended with status \(status)"
                case .signalled(let signal): "was ended by signal \(signal)"
                }
            // `Failed to seek to cursor: Invalid argument`: another journalctl wrote it, and no try will do better.
            if complaint.contains("cursor") { giveUpPosition(at: wall) }
            fail("\(programName) \(how)" + (complaint.isEmpty ? "" : ": \(complaint)"), at: monotonic)
            return
        }
        // Neither the entry that was read last nor any later one.
        if expected != nil { giveUpPosition(at: wall) }
        trouble = complaint.isEmpty ? nil : complaint
        isCatchingUp = false
        start(at: monotonic)
    }

    private mutating func giveUpPosition(at wall: Timestamp) {
        hasGap = true
        position = nil
        since = wall.microseconds
    }

    private mutating func fail(_ reason: String, at monotonic: Int64) {
        trouble = reason
        pause = monotonic - startedAt >= Self.soundLife ? 1_000_000 : min(max(pause * 2, 1_000_000), Self.longestPause)
        nextStart = monotonic + pause
        isCatchingUp = true
    }

    // MARK: Lines

    private static var tooLong: Line { .refused("an entry of the journal of more than \(longestLine) bytes") }

    private mutating func split(_ bytes: [UInt8], _ line: (Line) -> Void) {
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            if isSkipping {
                isSkipping = false
            } else if rest.count + (end - start) > Self.longestLine {
                line(Self.tooLong)
            } else {
                take(rest.isEmpty ? bytes[start..<end] : rest + bytes[start..<end], line)
            }
            rest = []
            start = end + 1
        }
        guard !isSkipping else { return }
        rest += bytes[start...]
        if rest.count > Self.longestLine {
            line(Self.tooLong)
            rest = []
            isSkipping = true
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, _ line: (Line) -> Void) {
        do throws(JournalEntry.Malformed) {
            let entry = try JournalEntry(bytes)
            let wasExpected = expected
            expected = nil
            if entry.cursor == wasExpected { return }
            if wasExpected != nil { hasGap = true }
            position = entry.cursor
            trouble = nil
            line(.entry(entry))
        } catch {
            line(.refused(error.reason))
        }
    }
}
