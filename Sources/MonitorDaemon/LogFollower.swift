internal import BanModel
internal import Fail2Ban
internal import LinuxSystem

/// Reads a log line by line as it grows, through its rotation, however often and in whatever way it is rotated.
///
/// A file is known by its inode and by what it holds: its first 256 bytes and the 64 before the place that was reached. So
/// a renamed log and a copied one are found again, and a new log that got the old one's inode is not taken for it.
struct LogFollower: ~Copyable {
    /// Of a longer line only so much or a little more is handed out: no line of fail2ban's that matters comes near.
    static let longestLine = 65_536
    private static let chunk = 262_144

    let path: String
    private var file: LogFile?
    /// Behind the last byte that was read.
    private var offset: UInt64 = 0
    /// Where the line begins whose end was not read yet.
    private var lineStart: UInt64 = 0
    /// What was read of that line.
    private var rest: [UInt8] = []
    /// That line is too long, or its beginning was not read: whatever follows in it is no line of its own.
    private var isSkipping = false
    /// Who writes the open file, as its first line tells.
    private var form = LogForm.plain
    /// Whether all that is written was read, as far as the last look told.
    private(set) var isAtEnd = false
    /// Why the log cannot be read at the moment: to be tried again after a pause.
    private(set) var trouble: SystemError?
    private var hasGap = false

    enum Beginning {
        /// Where the last run ended.
        case resumed
        /// No earlier run: what is to come counts, what was is asked of fail2ban.
        case atEnd
        /// The position was not found: something may have been missed.
        case gap
        /// There is no log yet.
        case missing
    }

    init(path: String) { self.path = path }

    /// - Parameter position: where the last run ended; nil: there was none.
    mutating func begin(at position: FilePosition?) -> Beginning {
        do throws(SystemError) {
            guard let position else {
                guard try openCurrent() else { return .missing }
                try goOn(from: file!.length())
                return .atEnd
            }
            if try find(position) { return .resumed }
            return try openCurrent() ? .gap : .missing
        } catch {
            trouble = error
            return position == nil ? .missing : .gap
        }
    }

    /// Behind the last whole line; nil while there is no log.
    var position: FilePosition? { file?.position(lineStart) }

    func state() -> LogState {
        LogState(
            position: position.map { .file($0) }, isAtEnd: isAtEnd, hasMore: !isAtEnd, trouble: trouble?.description,
            retry: trouble == nil ? nil : .seconds(5))
    }

    /// Whether something may have been missed since the last call: what was between two files that were read.
    mutating func takeGap() -> Bool {
        defer { hasGap = false }
        return hasGap
    }

    /// Wakes for what is written to the open file too, which may have been renamed.
    func watch(in watch: inout FileWatch) throws(SystemError) { try file?.watch(in: &watch) }

    /// Reads on, one chunk at most, and hands out its whole lines, without their ends, and of what form they are.
    mutating func read(_ line: (ArraySlice<UInt8>, LogForm) -> Void) {
        do throws(SystemError) {
            trouble = nil
            if position == nil {
                // Its first line is read by the next call, when its beginning is known as the place that was reached.
                isAtEnd = try !openCurrent()
                return
            }
            try findAgain()
            let bytes = try file!.read(atMost: Self.chunk, at: offset)
            let before = lineStart
            split(bytes, line)
            offset += UInt64(bytes.count)
            if lineStart != before { try file!.reached(lineStart) }
            isAtEnd = bytes.count < Self.chunk
            if isAtEnd, try turnOver() { isAtEnd = false }
        } catch {
            trouble = error
            isAtEnd = true
        }
    }

    // MARK: Which file

    /// False where there is no log.
    private mutating func openCurrent() throws(SystemError) -> Bool {
        guard try FileSystem.status(of: path) != nil else { return false }
        file = try LogFile(opening: path)
        try goOn(from: 0)
        return true
    }

    /// Opens the file that holds the position: the same one, or else a copy of it.
    private mutating func find(_ position: FilePosition) throws(SystemError) -> Bool {
        let all = try siblings()
        for sibling in all where sibling.status.identity == position.identity {
            if try open(sibling, at: position) { return true }
        }
        for sibling in all where sibling.status.identity != position.identity {
            if try open(sibling, at: position) { return true }
        }
        return false
    }

    private mutating func open(_ sibling: LogSibling, at position: FilePosition) throws(SystemError) -> Bool {
        guard UInt64(sibling.status.size) >= position.offset else { return false }
        let found = try LogFile(opening: sibling.path)
        guard try found.holds(position) else { return false }
        file = consume found
        try goOn(from: position.offset)
        return true
    }

    /// Before more is read: a file that was cut short and written anew holds something else at the place that was reached.
    private mutating func findAgain() throws(SystemError) {
        guard let position else { return }
        if try file!.length() >= offset, try file!.holds(position) { return }
        // What was not read of it is in a copy, or nowhere.
        for sibling in try siblings() where sibling.status.identity != position.identity {
            if try open(sibling, at: position) { return }
        }
        hasGap = true
        try goOn(from: 0)
    }

    /// At the end of the file: goes on with what has taken its place. Returns whether there is more to read.
    private mutating func turnOver() throws(SystemError) -> Bool {
        guard let position, try file!.length() <= offset else { return true }
        let ended = try file!.modified()
        guard let next = try successor(of: position.identity, endedAt: ended) else { return false }
        // fail2ban goes on writing to the renamed file until it opens the new one: what came meanwhile is read first.
        if try file!.length() > offset { return true }
        file = try LogFile(opening: next.path)
        try goOn(from: 0)
        return true
    }

    /// The file that was begun when the open one was given up; nil where that is still the log.
    ///
    /// - Parameter ended: when that was last written, in microseconds since 1970.
    private func successor(of identity: FileIdentity, endedAt ended: Int64) throws(SystemError) -> LogSibling? {
        guard let current = try FileSystem.status(of: path), current.identity != identity else { return nil }
        // The new log is empty until fail2ban opens it: so long the one before it is still being written.
        let later = try siblings().filter {
            $0.status.identity != identity && $0.status.size > 0 && ($0.status.modified > ended || $0.path == path)
        }
        return later.min {
            ($0.status.modified, $0.path == path ? 1 : 0) < ($1.status.modified, $1.path == path ? 1 : 0)
        }
    }

    /// The log, and what it was renamed or copied to: files beside it whose names continue its own.
    private func siblings() throws(SystemError) -> [LogSibling] {
        let folder = FileSystem.folder(of: path)
        let name = FileSystem.name(of: path)
        var all: [LogSibling] = []
        for other in try FileSystem.names(in: folder).sorted() where LogSibling.isName(other, of: name) {
            let path = "\(folder)/\(other)"
            if let status = try FileSystem.status(of: path), status.isRegularFile {
                all.append(LogSibling(path: other == name ? self.path : path, status: status))
            }
        }
        return all
    }

    // MARK: Lines

    private mutating func goOn(from start: UInt64) throws(SystemError) {
        (offset, lineStart, rest, isSkipping) = (start, start, [], false)
        try file!.reached(start)
        if start > 0 { isSkipping = try file!.read(atMost: 1, at: start - 1) != [0x0A] }
        form = start > 0 ? try file!.form(before: start) : .plain
    }

    private mutating func handOut(_ whole: ArraySlice<UInt8>, _ line: (ArraySlice<UInt8>, LogForm) -> Void) {
        form = lineStart == 0 ? LogForm(firstLine: whole) : form.form(at: whole)
        line(whole, form)
    }

    private mutating func split(_ bytes: [UInt8], _ line: (ArraySlice<UInt8>, LogForm) -> Void) {
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            if isSkipping {
                isSkipping = false
            } else if rest.isEmpty {
                handOut(bytes[start..<end], line)
            } else {
                handOut(rest + bytes[start..<end], line)
            }
            rest = []
            start = end + 1
            lineStart = offset + UInt64(start)
        }
        guard !isSkipping else { return }
        rest += bytes[start...]
        if rest.count > Self.longestLine {
            // Nobody reads it, but whoever parses must know that somebody's text begins here.
            handOut(rest[...], line)
            rest = []
            isSkipping = true
        }
    }
}

/// A file beside the log that may hold what the log once held.
struct LogSibling {
    var path: String
    var status: FileStatus

    /// `fail2ban.log`, `fail2ban.log.1`, `fail2ban.log-20261121`; compressed ones cannot be read.
    static func isName(_ name: String, of log: String) -> Bool {
        guard name.hasPrefix(log) else { return false }
        guard let first = name.dropFirst(log.count).first else { return true }
        return ".-".contains(first) && ![".gz", ".xz", ".bz2", ".zst", ".lz4"].contains { name.hasSuffix($0) }
    }
}

extension FilePosition {
    var identity: FileIdentity { FileIdentity(device: device, inode: inode) }
}
