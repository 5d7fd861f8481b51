internal import BanModel
internal import LinuxSystem

/// Reads a log file line by line as it grows, through its rotation.
struct LogFollower: ~Copyable {
    /// Longer lines are passed over: no line of fail2ban's that matters comes near.
    static let longestLine = 65_536
    private static let chunk = 262_144

    let path: String
    private var file: File?
    private var identity: FileIdentity?
    /// Behind the last byte that was read.
    private var offset: UInt64 = 0
    /// Where the line begins whose end was not read yet.
    private var lineStart: UInt64 = 0
    /// What was read of that line.
    private var rest: [UInt8] = []
    /// That line is too long, or its beginning was not read: whatever follows in it is no line of its own.
    private var isSkipping = false
    /// How many lines were too long.
    private(set) var skipped = 0
    /// Whether all that is written was read, as far as the last look told.
    private(set) var isAtEnd = false

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
    mutating func begin(at position: LogPosition?) throws(SystemError) -> Beginning {
        guard let position else {
            guard try openCurrent() else { return .missing }
            try goOn(from: size())
            return .atEnd
        }
        for candidate in try candidates() {
            let found = try File.open(reading: candidate)
            let status = try found.status
            guard status.identity == FileIdentity(device: position.device, inode: position.inode),
                UInt64(status.size) >= position.offset
            else { continue }
            identity = status.identity
            file = consume found
            try goOn(from: position.offset)
            return .resumed
        }
        return try openCurrent() ? .gap : .missing
    }

    /// The log, and what it may have been renamed to: the files beside it whose names begin with its own.
    private func candidates() throws(SystemError) -> [String] {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        return try FileSystem.names(in: folder.isEmpty ? "/" : folder)
            .filter { $0.hasPrefix(name) }.sorted().map { "\(folder)/\($0)" }
    }

    /// False where there is no log.
    private mutating func openCurrent() throws(SystemError) -> Bool {
        guard try FileSystem.status(of: path) != nil else { return false }
        let opened = try File.open(reading: path)
        identity = try opened.status.identity
        file = consume opened
        try goOn(from: 0)
        return true
    }

    private func size() throws(SystemError) -> UInt64 { try file!.length() }

    private mutating func goOn(from start: UInt64) throws(SystemError) {
        (offset, lineStart, rest) = (start, start, [])
        isSkipping = false
        if start > 0 { isSkipping = try file!.read(atMost: 1, at: Int64(start - 1)) != [0x0A] }
    }

    /// Behind the last whole line; nil while there is no log.
    var position: LogPosition? {
        identity.map { LogPosition(device: $0.device, inode: $0.inode, offset: lineStart) }
    }

    /// Wakes for what is written to the open file too, which may have been renamed.
    func watch(in watch: inout FileWatch) throws(SystemError) {
        if identity != nil { _ = try watch.watch(file!) }
    }

    /// Reads on, one chunk at most, and hands out its whole lines, without their ends.
    mutating func read(_ line: (ArraySlice<UInt8>) -> Void) throws(SystemError) {
        if identity == nil {
            guard try openCurrent() else {
                isAtEnd = true
                return
            }
        }
        let bytes = try file!.read(atMost: Self.chunk, at: Int64(offset))
        split(bytes, line)
        offset += UInt64(bytes.count)
        isAtEnd = bytes.count < Self.chunk ? try !turnOver() : false
    }

    /// At the end of the file: goes on with what has taken its place. Returns whether there is more to read.
    private mutating func turnOver() throws(SystemError) -> Bool {
        let size = try size()
        if size < offset {  // cut short, and written anew from its beginning
            try goOn(from: 0)
            return size > 0
        }
        if size > offset { return true }
        // fail2ban goes on writing to the renamed file until it is told to open the new one: that one is empty so long.
        guard let current = try FileSystem.status(of: path), current.identity != identity, current.size > 0
        else { return false }
        guard try self.size() == offset else { return true }
        return try openCurrent()
    }

    private mutating func split(_ bytes: [UInt8], _ line: (ArraySlice<UInt8>) -> Void) {
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            if isSkipping {
                isSkipping = false
            } else if rest.isEmpty {
                line(bytes[start..<end])
            } else {
                rest += bytes[start..<end]
                line(rest[...])
                rest = []
            }
            start = end + 1
            lineStart = offset + UInt64(start)
        }
        guard !isSkipping else { return }
        rest += bytes[start...]
        if rest.count > Self.longestLine {
            rest = []
            isSkipping = true
            skipped += 1
        }
    }
}

extension File {
    /// A call, because a property of an optional that cannot be copied consumes it.
    fileprivate func length() throws(SystemError) -> UInt64 { UInt64(try size) }
}
