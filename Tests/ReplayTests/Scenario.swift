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
    /// By itself, within the recording.
    case natural
}

/// One ban of one address, from the line that told of it to its end.
struct TrueBan: Sendable, CustomStringConvertible {
    var subject: Subject
    /// The line's time.
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

    init(_ name: String, _ fate: Fate, bantime: Duration? = .seconds(600), except fates: [String: Fate] = [:]) {
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
        Scenario("debug", .outlasts, except: ["192.0.2.1": .person]),
        Scenario("unbanip", .outlasts, except: ["192.0.2.1": .person]),
        Scenario("unban-all", .person),
        Scenario("reload-unban", .person),
        Scenario("natural-end", .natural, bantime: .seconds(4)),
        Scenario("bantime-longer", .natural, bantime: .seconds(4)),
        Scenario("bantime-shorter", .natural, bantime: .seconds(30)),
        Scenario("prolonged", .natural, bantime: .seconds(9)),
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
            var ban = TrueBan(subject: subject, begins: line.moment, fate: fate, earliest: .forever, latest: .forever)
            switch fate {
            case .permanent: break
            case .outlasts:
                ban.earliest = listed ?? line.moment
                ban.latest = ban.earliest + .seconds(2)
            case .person:
                ban.earliest = recording.commands.last { $0.moment < unban ?? .forever }?.moment ?? line.moment
                ban.latest = (unban ?? line.moment) + .seconds(3)
            case .natural:
                let command = recording.commands.last { $0.words == "set \(jail) banip \(address)" }?.moment
                let prolonged = command.flatMap { command in bantime.map { command + $0 } }
                ban.earliest = max(listed ?? line.moment, prolonged ?? line.moment)
                ban.latest = (unban ?? line.moment) + .seconds(2)
            }
            bans.append(ban)
        }
        return bans
    }
}
