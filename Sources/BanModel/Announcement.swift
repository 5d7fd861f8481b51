/// The one thing that the old protocol can say: this host bans, or frees, this address in this jail.
package struct Announcement: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable {
        case ban = "Ban"
        case unban = "Unban"
    }

    package var host: Host
    package var subject: Subject
    package var action: Action

    package init(_ host: Host, _ subject: Subject, _ action: Action) {
        self.host = host
        self.subject = subject
        self.action = action
    }
}

extension Announcement: CustomStringConvertible {
    /// `HOST|JAIL|ACTION|ADDRESS`, as it stands on the wire, in filters and in the log action's file.
    package var description: String { "\(host)|\(subject.jail)|\(action.rawValue)|\(subject.address)" }
}
