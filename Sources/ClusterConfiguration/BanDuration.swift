public import BanModel

/// How long a ban lasts: for a while, at most 100 years, or for ever.
public enum BanDuration: Hashable, Sendable {
    case limited(Duration)
    case forever

    /// nil: for ever.
    public var duration: Duration? {
        switch self {
        case .limited(let duration): duration
        case .forever: nil
        }
    }

    /// When a ban ends that begins at `start`.
    public func end(from start: Timestamp) -> Timestamp {
        duration.map { start + $0 } ?? .forever
    }

    private static let longest: Int64 = 100 * 365 * 86_400

    /// Reads `600` (seconds), `30s`, `10m`, `1h`, `1d`, `1w`, and `-1` for ever.
    public init?(_ text: String) {
        if text == "-1" {
            self = .forever
            return
        }
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        let unit: Int64? =
            switch text.utf8.dropFirst(digits.count).map({ $0 | 0x20 }) {
            case [], Array("s".utf8): 1
            case Array("m".utf8): 60
            case Array("h".utf8): 3600
            case Array("d".utf8): 86_400
            case Array("w".utf8): 7 * 86_400
            default: nil
            }
        guard let unit, digits.count <= 10, let number = Int64(String(decoding: digits, as: UTF8.self)),
            number * unit <= Self.longest
        else { return nil }
        self = .limited(.seconds(number * unit))
    }
}

extension BanDuration: CustomStringConvertible {
    /// As it is written in the file, in the largest unit that fits.
    public var description: String {
        guard let seconds = duration?.components.seconds else { return "-1" }
        let units: [(Int64, String)] = [(7 * 86_400, "w"), (86_400, "d"), (3600, "h"), (60, "m")]
        for (unit, letter) in units where seconds > 0 && seconds.isMultiple(of: unit) {
            return "\(seconds / unit)\(letter)"
        }
        return "\(seconds)s"
    }
}
