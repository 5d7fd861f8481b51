import BanModel
import Testing

/// How a ban of a recording ends.
enum Fate: Sendable {
    /// At its end, whatever was stopped and started meanwhile: the recording does not reach so far.
    case outlasts
    /// Never.
    case permanent
    /// By a person.
    case person
    /// By a person, right before a stop after which nobody answers: the monitor cannot know, and waits for the end.
    case personThenStop
    /// By itself, within the recording.
    case natural
}

/// One ban of one address, from the line that told of it to its end.
struct TrueBan: Sendable, CustomStringConvertible {
    var subject: Subject
    /// The line's number, and its time.
    var line: Int
    var begins: Timestamp
    var fate: Fate
    /// Nobody may hear of an `Unban` before this.
    var earliest: Timestamp
    /// A monitor that saw everything has told of it by then.
    var latest: Timestamp

    var description: String { "\(subject), banned at \(begins.microseconds), \(fate)" }
}

/// What was recorded, and who must be heard to be banned and free.
struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String
    /// What the jails' configuration says.
    let bantime: Duration?
    private let fate: Fate
    /// The exceptions, by address.
    private let fates: [String: Fate]
    /// Whose ends move without a word of it in the log.
    private let silent: Set<String>

    init(
        _ name: String, _ fate: Fate, bantime: Duration? = .seconds(600), except fates: [String: Fate] = [:],
        silent: Set<String> = []
    ) {
        self.silent = silent
        self.name = name
        self.fate = fate
        self.bantime = bantime
        self.fates = fates
    }

    var testDescription: String { name }

    static let all = [
        Scenario("stop", .outlasts),
        Scenario("restart", .outlasts),
        Scenario("reload", .outlasts),
        Scenario("reload-restart", .outlasts),
        Scenario("restart-jail-slow", .outlasts),
        Scenario("restart-jail-slow-notice", .outlasts),
        Scenario("stop-jail", .outlasts),
        Scenario("kill", .outlasts),
        Scenario("permanent", .permanent, bantime: nil),
        Scenario("debug", .outlasts, except: ["192.0.2.1": .personThenStop]),
        Scenario("unbanip", .outlasts, except: ["192.0.2.1": .person]),
        Scenario("unban-all", .person),
        Scenario("reload-unban", .person),
        Scenario("natural-end", .natural, bantime: .seconds(4)),
        Scenario(
            "bantime-longer", .natural, bantime: .seconds(4),
            silent: ["192.0.2.1", "192.0.2.2", "198.51.100.7", "2001:db8::1"]),
        Scenario("bantime-shorter", .natural, bantime: .seconds(30)),
        Scenario("prolonged", .natural, bantime: .seconds(9), silent: ["192.0.2.1"]),
        Scenario("increment", .natural, bantime: .seconds(2)),
    ]

    /// Every ban of the recording, in order.
    func bans(in recording: Recording) -> [TrueBan] {
        var bans: [TrueBan] = []
        for (index, line) in recording.lines.enumerated() {
            guard case .jail(let jail, .banned(let address)) = line.record.event else { continue }
            let subject = Subject(jail, address)
            let fate = fates["\(address)"] ?? fate
            let rest = recording.lines[(index + 1)...]
            let again = rest.first { $0.record.event == .jail(jail, .banned(address)) }?.moment ?? .forever
            let unban = rest.first { $0.record.event == .jail(jail, .unbanned(address)) }?.moment
            // fail2ban's own word on the end, in whole seconds: cut, so the true end is this or later.
            let listed = recording.lists(of: jail).filter { $0.asked < again }
                .compactMap { _, list in list.first { $0.address == address }?.until }.filter { $0 > line.moment }.last
            var ban = TrueBan(
                subject: subject, line: index, begins: line.moment, fate: fate, earliest: .forever, latest: .forever)
            let banip = recording.commands.last { $0.words == "set \(jail) banip \(address)" }?.moment
            // What a person bans counts from the command, to the microsecond.
            let prolonged = banip.flatMap { banip in bantime.map { banip + $0 } } ?? line.moment
            let end = max(listed ?? line.moment + (bantime ?? .zero) - .seconds(2), prolonged)
            let person = recording.commands.last { $0.moment < unban ?? .forever }?.moment ?? line.moment
            switch fate {
            case .permanent: break
            case .outlasts: (ban.earliest, ban.latest) = (end, end + .seconds(2))
            case .person: (ban.earliest, ban.latest) = (person, (unban ?? line.moment) + .seconds(3))
            case .personThenStop: (ban.earliest, ban.latest) = (person, end + .seconds(4))
            case .natural: (ban.earliest, ban.latest) = (end, (unban ?? line.moment) + .seconds(2))
            }
            bans.append(ban)
        }
        return bans
    }

    /// As ``bans(in:)``, for a monitor that may not ask: it has the configured bantime and the log.
    func bansByLogAlone(in recording: Recording) -> [TrueBan] {
        bans(in: recording).map { ban in
            var ban = ban
            let end = ban.begins + (bantime ?? .microseconds(Int64.max))
            if silent.contains("\(ban.subject.address)") { ban.earliest = min(ban.earliest, end) }
            switch ban.fate {
            case .permanent, .personThenStop: break
            case .outlasts: ban.latest = ban.earliest + .seconds(4)
            case .person: ban.latest = ban.latest + .seconds(60)
            case .natural: ban.latest = max(ban.latest, end + .seconds(1))
            }
            return ban
        }
    }
}
