import BanModel
import ClusterConfiguration

@testable import AdministrationCommands

/// 2027-01-15T08:00:00Z
let start = Timestamp(microseconds: 1_800_000_000_000_000)
let month = Duration.seconds(30 * 86_400)

func report(
    _ address: String, jail: String = "sshd", host: String = "web1", source: Origin.Source = .log,
    since: Int64 = 0, until: Int64? = 600, lifted: Bool = false
) throws -> Report {
    Report(
        origin: Origin(host: Host(host)!, source: source), subject: Subject(Jail(jail)!, try Address(address)),
        state: Report.State(
            version: (start + .seconds(since)).microseconds, isLifted: lifted,
            until: until.map { start + .seconds($0) } ?? .forever))
}

func setup(_ text: String, hub: String? = nil) throws -> Setup {
    let configuration = try Configuration.parse(
        [ConfigurationFile(name: "t.conf", text: text)], machineName: "machine")
    return try Setup(configuration, hub: hub.flatMap { Endpoint($0) })
}
