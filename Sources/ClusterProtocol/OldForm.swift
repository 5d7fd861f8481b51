public import BanModel

/// The old protocol: text, fields parted by `|`, one frame (docs: DESIGN 5.3, README "The wire").
///
///     request    [TOKEN|]HOST|JAIL|ACTION|ADDRESS
///     reply      the message without the token (ACK), or NAK
///     broadcast  HOST|JAIL|ACTION|ADDRESS
public enum OldForm {
    /// Longer messages are refused unread.
    public static let longest = 1024
    /// The reply that refuses.
    public static let refusal = Array("NAK".utf8)

    /// Why bytes are not a message.
    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case tooLong
        case encoding
        case fields(Int)
        case host(String)
        case jail(String)
        case action(String)
        case address(String, Address.Fault)

        public var description: String {
            switch self {
            case .tooLong: "longer than \(OldForm.longest) bytes"
            case .encoding: "not UTF-8"
            case .fields(let count): "\(count) fields, where HOST|JAIL|ACTION|ADDRESS has 4, or 5 with a token"
            case .host(let text): "not a host's name: \(quoted(text))"
            case .jail(let text): "not a jail's name: \(quoted(text))"
            case .action(let text): "neither Ban nor Unban: \(quoted(text))"
            case .address(let text, let fault): "\(fault): \(quoted(text))"
            }
        }
    }

    /// Reads a request; the token is nil where there is none.
    public static func readRequest(_ bytes: [UInt8]) throws(Fault) -> (token: String?, announcement: Announcement) {
        let fields = try fields(of: bytes)
        switch fields.count {
        case 4: return (nil, try announcement(fields[...]))
        case 5: return (String(fields[0]), try announcement(fields[1...]))
        default: throw .fields(fields.count)
        }
    }

    /// Reads a broadcast, or an ACK.
    public static func readBroadcast(_ bytes: [UInt8]) throws(Fault) -> Announcement {
        let fields = try fields(of: bytes)
        guard fields.count == 4 else { throw .fields(fields.count) }
        return try announcement(fields[...])
    }

    public static func request(_ announcement: Announcement, token: String?) -> [UInt8] {
        Array((token.map { "\($0)|" } ?? "").utf8) + message(announcement)
    }

    /// The broadcast, and the ACK of a request.
    public static func message(_ announcement: Announcement) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        announcement.append(to: &bytes)
        return bytes
    }

    private static func fields(of bytes: [UInt8]) throws(Fault) -> [Substring] {
        guard bytes.count <= longest else { throw .tooLong }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .encoding }
        return text.split(separator: "|", maxSplits: 8, omittingEmptySubsequences: false)
    }

    private static func announcement(_ fields: ArraySlice<Substring>) throws(Fault) -> Announcement {
        let texts = Array(fields)
        guard let host = Host(texts[0]) else { throw .host(String(texts[0])) }
        guard let jail = Jail(texts[1]) else { throw .jail(String(texts[1])) }
        let action: Announcement.Action
        switch texts[2].lowercased() {
        case "ban": action = .ban
        case "unban": action = .unban
        default: throw .action(String(texts[2]))
        }
        let address: Address
        do { address = try Address(texts[3]) } catch { throw .address(String(texts[3]), error) }
        return Announcement(host, Subject(jail, address), action)
    }
}

/// The text as it may stand in a log: no control characters, no end of line, not for ever long.
private func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(80).map { $0.escaped(asASCII: true) }.joined()
    return "\"\(shown)\(text.unicodeScalars.count > 80 ? "…" : "")\""
}
