public import BanModel

/// One line of the spool into which fail2ban's action writes (fail2ban/action.d/fail2ban-cluster.conf).
///
///     ban sshd 192.0.2.1 600 1800000000.123
///
/// The jail, the address, how long the ban lasts in seconds (-1: for ever), and from when on, in seconds since 1970. Root
/// alone can write there; the address comes from outside all the same.
public enum SpoolLine: Hashable, Sendable {
    case ban(SpooledBan)
    case empty
    /// The reason is short, printable ASCII.
    case refused(reason: String)

    /// No jail, address and numbers are longer, in bytes.
    private static let longest = 256

    public init(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else {
            self = .empty
            return
        }
        guard bytes.count <= Self.longest else {
            self = .refused(reason: "a line of the spool of \(bytes.count) bytes")
            return
        }
        self = Self.ban(bytes).map { .ban($0) } ?? .refused(reason: "no ban: \(quotation(bytes))")
    }

    private static func ban(_ bytes: ArraySlice<UInt8>) -> SpooledBan? {
        let fields = bytes.split(separator: 0x20, omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0].elementsEqual("ban".utf8),
            let jail = Jail(String(decoding: fields[1], as: UTF8.self)),
            let address = try? Address(String(decoding: fields[2], as: UTF8.self)),
            let time = time(fields[4])
        else { return nil }
        var bantime: Duration?
        if !fields[3].elementsEqual("-1".utf8) {
            guard let seconds = seconds(fields[3]) else { return nil }
            bantime = .seconds(seconds)
        }
        return SpooledBan(Subject(jail, address), time: time, bantime: bantime)
    }

    /// Thousands of years are more than any clock says.
    private static func seconds(_ text: ArraySlice<UInt8>) -> Int64? {
        var scanner = ByteScanner(text)
        guard text.count <= 12, let seconds = scanner.number(), scanner.isAtEnd else { return nil }
        return seconds
    }

    /// Python's float: `1800000000.1234567`.
    private static func time(_ text: ArraySlice<UInt8>) -> Timestamp? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let seconds = seconds(parts[0]) else { return nil }
        guard parts.count == 2 else { return .seconds(seconds) }
        guard (1...18).contains(parts[1].count), parts[1].allSatisfy({ ($0 &- 0x30) < 10 }) else { return nil }
        let digits = parts[1].prefix(6)
        var micro = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 &- 0x30) }
        for _ in digits.count..<6 { micro *= 10 }
        return Timestamp(microseconds: seconds * 1_000_000 + micro)
    }
}
