internal import BanModel
internal import ClusterCore

/// The machine `Subscriber`, and around it the faults that can be planted in a copy's merge.
///
/// Without a plant it passes everything on. With one it keeps a table of its own, which makes the planted mistake, and gives
/// the machine what it concludes under versions of its own, each higher than the last, so that the machine's own merge has
/// no say; where it tells what it holds, they are translated back.
final class PlantedCopy {
    private var machine: Subscriber
    private let plant: Plant?
    /// What the mistaken copy holds; nil: dropped.
    private var held: [ReportKey: Report.State?] = [:]
    /// The last version that the machine was given.
    private var given: [ReportKey: Version] = [:]
    /// What came since the hub said which buckets differ, by hub: these are fetched.
    private var fetched: [Int: (buckets: Set<Int>, keys: Set<ReportKey>)] = [:]

    init(_ machine: Subscriber, plant: Plant?) {
        self.machine = machine
        self.plant = [.equalVersionReplaces, .syncDrops].contains(plant) ? plant : nil
        guard self.plant != nil else { return }
        for report in machine.replicaSnapshot(at: .seconds(0)) {
            held[report.key] = report.state
            given[report.key] = report.state.version
        }
    }

    // MARK: As the machine has it

    func start(at now: Timestamp) -> [Subscriber.Effect] { machine.start(at: now) }
    func joined(_ hub: Int) { machine.joined(hub) }
    func clockStepped(by step: Duration, at now: Timestamp) -> [Subscriber.Effect] {
        machine.clockStepped(by: step, at: now)
    }
    func done(with answer: Answer, at now: Timestamp) -> [Subscriber.Effect] {
        machine.done(with: answer, at: now)
    }
    func advance(to now: Timestamp) -> [Subscriber.Effect] { machine.advance(to: now) }
    var nextDeadline: Timestamp? { look { $0.nextDeadline } }
    func question(to hub: Int) -> CopyQuestion? { look { $0.question(to: hub) } }
    func ledgerSnapshot(at now: Timestamp) -> [LedgerRecord] { look { $0.ledgerSnapshot(at: now) } }

    /// Looks at the machine where it is: to read a property's method it would be copied, part by part.
    private func look<Result>(_ look: (inout Subscriber) -> Result) -> Result { look(&machine) }

    func greeted(
        _ greeting: HubGreeting, by hub: Int, asked: Timestamp, at now: Timestamp
    ) -> [Subscriber.Effect] {
        machine.greeted(greeting, by: hub, asked: asked, at: now)
    }

    // MARK: Where it may err

    func heard(
        _ reports: [Report], from hub: Int, epoch: UInt64, sequence: UInt64, at now: Timestamp
    ) -> [Subscriber.Effect] {
        translate(
            machine.heard(mistaken(reports), from: hub, epoch: epoch, sequence: sequence, at: now))
    }

    func answered(_ answer: CopyAnswer<Report>, from hub: Int, at now: Timestamp) -> [Subscriber.Effect] {
        guard plant != nil else { return machine.answered(answer, from: hub, at: now) }
        switch answer {
        case .changes(let epoch, let sequence, let latest, let reports):
            return translate(
                machine.answered(
                    .changes(epoch: epoch, sequence: sequence, latest: latest, mistaken(reports)), from: hub, at: now))
        case .buckets:
            let effects = machine.answered(answer, from: hub, at: now)
            if case .fetch = machine.question(to: hub) { fetched[hub] = ([], []) }
            return translate(effects)
        case .fetched(let whole, let after, let reports):
            var dropped: [Report] = []
            if plant == .syncDrops, case .fetch(let buckets, _) = machine.question(to: hub) {
                fetched[hub]?.buckets.formUnion(buckets.prefix(whole))
                fetched[hub]?.keys.formUnion(reports.map(\.key))
                dropped = drop(from: hub, at: now)
            }
            let taken = mistaken(reports)
            return translate(
                machine.answered(.fetched(whole: whole, after: after, taken + dropped), from: hub, at: now))
        }
    }

    /// What the hub did not send of the buckets that are whole.
    private func drop(from hub: Int, at now: Timestamp) -> [Report] {
        guard let (buckets, keys) = fetched[hub] else { return [] }
        let missing = held.keys.filter {
            buckets.contains(ReportBuckets.index(of: $0.subject.address)) && !keys.contains($0)
                && held[$0] != .some(nil)
        }
        return missing.sorted().map { key in
            held[key] = .some(nil)
            return key.report(Report.State(version: next(key, 0), isLifted: true, until: now + .seconds(60)))
        }
    }

    private func next(_ key: ReportKey, _ version: Version) -> Version {
        let next = max(version, (given[key] ?? 0) + 1)
        given[key] = next
        return next
    }

    private func mistaken(_ reports: [Report]) -> [Report] {
        guard let plant else { return reports }
        return reports.compactMap { report in
            let key = report.key
            var state = report.state
            if let known = held[key] ?? nil {
                if plant == .equalVersionReplaces {
                    guard state.version >= known.version, state != known else { return nil }
                } else {
                    state = known.merged(with: state)
                    guard state != known else { return nil }
                }
            }
            held[key] = state
            var internally = state
            internally.version = next(key, state.version)
            return key.report(internally)
        }
    }

    private func translate(_ effects: [Subscriber.Effect]) -> [Subscriber.Effect] {
        guard plant != nil else { return effects }
        return effects.map { effect in
            guard case .replica(let report) = effect, let state = held[report.key] ?? nil else { return effect }
            return .replica(report.key.report(state))
        }
    }

    func replicaSnapshot(at now: Timestamp) -> [Report] {
        let snapshot = look { $0.replicaSnapshot(at: now) }
        guard plant != nil else { return snapshot }
        return snapshot.compactMap { report in (held[report.key] ?? nil).map { report.key.report($0) } }
    }
}
