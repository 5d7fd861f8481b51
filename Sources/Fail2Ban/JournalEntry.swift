public import BanModel

/// One entry of systemd's journal, as `journalctl --output=json` prints it.
///
/// The names that begin with `_` are journald's own word on who wrote it; the others are the writer's.
public struct JournalEntry: Sendable {
    /// The line is no entry; the reason is short, printable ASCII.
    public struct Malformed: Error, Hashable, Sendable {
        public let reason: String
    }

    /// How it came to journald.
    enum Transport: String {
        /// By journald's own protocol: `logtarget = SYSTEMD-JOURNAL`.
        case journal
        /// By syslog(3): `logtarget = SYSLOG`.
        case syslog
        /// What the service printed, an entry a line: `logtarget = SYSOUT`, `STDOUT` or `STDERR`.
        case output = "stdout"
    }

    enum Reading {
        case prefix(LogPrefix)
        case unrelated
        case refused(String)
    }

    /// The names that ``init(_:)`` wants to see, beside those that journalctl always prints.
    public static let fields = [
        "MESSAGE", "PRIORITY", "LOGGER", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_PID", "_UID", "_SYSTEMD_UNIT",
        "_TRANSPORT",
        "_LINE_BREAK", "_SOURCE_REALTIME_TIMESTAMP",
    ]
    /// What journalctl is told to look for, and what is looked at again: nobody but root's fail2ban can have it.
    public static let matches = ["_UID=0", "_SYSTEMD_UNIT=fail2ban.service"]

    public let cursor: JournalCursor
    private let values: [String: FlatObject.Value]

    public init(_ line: ArraySlice<UInt8>) throws(Malformed) {
        guard let object = FlatObject(line) else {
            throw Malformed(reason: "not an entry of the journal: \(quotation(line))")
        }
        guard case .bytes(let bytes) = object.values["__CURSOR"],
            let cursor = JournalCursor(String(decoding: bytes, as: UTF8.self))
        else { throw Malformed(reason: "an entry of the journal without a cursor") }
        self.cursor = cursor
        values = object.values
    }

    /// Whether root's fail2ban, or something that it has started, wrote this.
    var isFromService: Bool { self["_UID"] == "0" && self["_SYSTEMD_UNIT"] == "fail2ban.service" }

    var transport: Transport? { self["_TRANSPORT"].flatMap(Transport.init) }

    /// Whether the next entry goes on in the middle of this one's line: it was too long, or had a zero byte in it.
    var isCut: Bool { ["line-max", "nul"].contains(self["_LINE_BREAK"]) }

    /// Who in fail2ban wrote it and what it says, if fail2ban's own process did.
    var prefix: Reading {
        guard let transport, let process else { return .unrelated }
        let logger: [UInt8]
        switch transport {
        case .output: logger = []
        case .syslog:
            guard let tag = bytes("SYSLOG_IDENTIFIER"), tag.starts(with: "fail2ban".utf8) else { return .unrelated }
            guard number("SYSLOG_PID") == process else { return .unrelated }
            logger = tag
        case .journal:
            guard self["SYSLOG_IDENTIFIER"] == "fail2ban", let name = bytes("LOGGER") else { return .unrelated }
            logger = name
        }
        switch values["MESSAGE"] {
        case .bytes(let message): return reading(message[...], transport, logger, process)
        case .null: return .refused("an entry of the journal that is too long")
        case .several: return .refused("an entry of the journal with several messages")
        case nil: return .unrelated
        }
    }

    private func reading(
        _ message: ArraySlice<UInt8>, _ transport: Transport, _ logger: [UInt8], _ process: Int
    ) -> Reading {
        if String(validating: message, as: UTF8.self) == nil { return .refused("not UTF-8: \(quotation(message))") }
        guard let stamp else { return .refused("an entry of the journal without a time") }
        // fail2ban's own form, with its time or without, whole: on standard output, or in the journal where a format says so.
        let whole = LogPrefix(message) ?? LogPrefix(withoutTime: message, writtenAt: stamp)
        switch transport {
        case .output:
            return whole.map { .prefix($0) } ?? .unrelated
        case .syslog:
            guard let (level, text) = LogPrefix.level(of: message) else { return .unrelated }
            return prefix(logger, process, level, text, stamp)
        case .journal:
            if let whole, whole.process == process, case .prefix(let named) = prefix(logger, process, .info, [], stamp),
                named.logger == whole.logger
            {
                return .prefix(whole)
            }
            guard let level else { return .unrelated }
            return prefix(logger, process, level, message, stamp)
        }
    }

    private func prefix(
        _ logger: [UInt8], _ process: Int, _ level: LogPrefix.Level, _ message: ArraySlice<UInt8>, _ stamp: LogStamp
    ) -> Reading {
        LogPrefix(logger: logger[...], process: process, level: level, message: message, stamp: stamp)
            .map { .prefix($0) } ?? .unrelated
    }

    var process: Int? { number("_PID").flatMap { Int(exactly: $0) } }

    /// The writer's word on when, as journald heard it; else journald's on when it came.
    private var stamp: LogStamp? {
        (number("_SOURCE_REALTIME_TIMESTAMP") ?? number("__REALTIME_TIMESTAMP"))
            .map { .known(Timestamp(microseconds: Int64($0))) }
    }

    /// By syslog's numbers; python3-systemd makes NOTICE, which Python does not have, a warning.
    private var level: LogPrefix.Level? {
        switch self["PRIORITY"] {
        case "7": .debug
        case "6": .info
        case "5", "4": .notice
        case "3": .error
        case "2", "1", "0": .critical
        default: nil
        }
    }

    private subscript(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

    private func bytes(_ name: String) -> [UInt8]? {
        guard case .bytes(let bytes) = values[name] else { return nil }
        return bytes
    }

    private func number(_ name: String) -> Int? {
        guard let bytes = bytes(name) else { return nil }
        var scanner = ByteScanner(bytes[...])
        guard let number = scanner.number(), scanner.isAtEnd else { return nil }
        return Int(number)
    }
}
