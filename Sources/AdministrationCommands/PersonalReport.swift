internal import BanModel
internal import ClusterProtocol

/// What a person says on this host: the sources `person` and `allow`, whose versions follow those that the hub knows.
struct PersonalReport {
    private let host: Host
    private let known: [Report]
    /// By the hub's clock.
    private let now: Timestamp

    init(host: Host, account: AddressAccount, at now: Timestamp) {
        self.host = host
        self.now = now
        known = account.entries.map(\.report).filter { $0.origin.isOwn(host) && $0.origin.source.isAdministrators }
    }

    /// - Parameter until: by the hub's clock.
    func ban(_ address: Address, in jail: Jail, until: Timestamp) -> Report {
        report(.person, Subject(jail, address), until: until)
    }

    /// - Parameter until: by the hub's clock.
    func allow(_ address: Address, until: Timestamp) -> Report {
        report(.allow, Subject(Allowance.jail, address), until: until)
    }

    private func report(_ source: Origin.Source, _ subject: Subject, until: Timestamp) -> Report {
        let known = known.first { $0.subject == subject && $0.origin.source == source }?.state
        let state = Report.State(
            version: version(after: known), isLifted: false, until: until, forget: known?.forget)
        return Report(origin: Origin(host: host, source: source), subject: subject, state: state)
    }

    /// One for each ban that is to be withdrawn.
    ///
    /// - Parameter jail: nil: in all of them.
    func lifts(of address: Address, in jail: Jail?) -> [Report] {
        known.filter { report in
            report.origin.source == .person && report.subject.address == address
                && jail.map { $0 == report.subject.jail } ?? true
                && report.state.isLive(at: now)
        }.map { report in
            var lift = report
            lift.state = Report.State(
                version: version(after: report.state), isLifted: true, until: report.state.until,
                forget: report.state.forget)
            return lift
        }
    }

    private func version(after known: Report.State?) -> Version {
        min(max(now.microseconds, (known?.version ?? 0) + 1), .latest)
    }
}

extension HubAsker {
    /// Returns once they are on the hub's disk.
    ///
    /// - Throws: where one of them is refused, with the reason.
    mutating func report(_ reports: [Report], as asker: Asker, at hub: Hub) throws {
        // A person speaks beside the monitor of the host, whose instance is not ours to use.
        let request = ReportsRequest(
            host: asker.host, instance: .random(), token: asker.token, reports: reports)
        switch ReportsReply(try ask(request.bytes), count: reports.count) {
        case .taken(_, let refusals):
            if let refusal = refusals.min(by: { $0.key < $1.key })?.value { throw refusal.failure(at: hub.endpoint) }
        case .refusal(let refusal): throw refusal.failure(at: hub.endpoint)
        case .oldHub, .nonsense: throw nonsense(from: hub.endpoint)
        }
    }
}
