/// The one thing that the old protocol can say: this host bans, or frees, this address in this jail.
public struct Announcement: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable {
        case ban = "Ban"
        case unban = "Unban"
    }

    public var host: Host
    public var subject: Subject
    public var action: Action

    public init(_ host: Host, _ subject: Subject, _ action: Action) {
        self.host = host
        self.subject = subject
        self.action = action
    }
}

extension Announcement: CustomStringConvertible {
    /// `HOST|JAIL|ACTION|ADDRESS`, as it stands on the wire, in filters and in the log action's file.
    public var description: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// What ``description`` says.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: host.name.utf8)
        bytes.append(UInt8(ascii: "|"))
        bytes.append(contentsOf: subject.jail.name.utf8)
        bytes.append(UInt8(ascii: "|"))
        bytes.append(contentsOf: action.rawValue.utf8)
        bytes.append(UInt8(ascii: "|"))
        subject.address.append(to: &bytes)
    }
}
