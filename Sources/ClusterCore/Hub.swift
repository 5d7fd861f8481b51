package import BanModel

/// The hub's memory: requests and time go in; verdicts and broadcasts come out.
package struct Hub: Sendable {
    package struct Settings: Sendable {
        /// nil: no token is asked for.
        package var tokens: Set<String>?
        /// Never taken, nor is a network that holds one of them.
        package var ignored: [Address]
        /// How long a ban of the old form lasts, which does not say it; nil: for ever.
        package var bantime: Duration?
        /// No report counts longer than this after its version's time.
        package var maximumBantime: Duration

        package init(tokens: Set<String>?, ignored: [Address], bantime: Duration?, maximumBantime: Duration) {
            self.tokens = tokens
            self.ignored = ignored
            self.bantime = bantime
            self.maximumBantime = maximumBantime
        }
    }

    /// What a request came to.
    package struct Outcome: Hashable, Sendable {
        /// nil: taken, but for the reports of ``except``.
        package var refusal: HubRefusal?
        /// By their index in the request.
        package var except: [Int: HubRefusal] = [:]
        /// In the old form, in this order.
        package var broadcasts: [Announcement] = []

        init(refusal: HubRefusal? = nil) { self.refusal = refusal }
    }

    /// How many reports it keeps.
    static let limit = 4_000_000
    /// How many names' holders are remembered for longer than their tenure.
    static let names = 10_000
    /// How long a name is one monitor's after it spoke.
    static let tenure = Duration.seconds(10)

    private var settings: Settings
    /// New at each start.
    package let epoch: UInt64
    private var reports = ReportTable()
    /// When something of a report ends: its ban, and then the need to remember it.
    private var deadlines = DeadlineQueue<ReportTable.Key>()
    /// What peers of the old form believe: who bans an address, and where.
    private var told: [Address: Set<Voice>] = [:]
    private var monitors: [Host: NameHolder] = [:]

    private struct Voice: Hashable, Comparable, Sendable {
        var host: Host
        var jail: Jail

        static func < (left: Voice, right: Voice) -> Bool { (left.host, left.jail) < (right.host, right.jail) }
    }

    package init(settings: Settings, epoch: UInt64) {
        self.settings = settings
        self.epoch = epoch
    }

    /// From the next request on; what is exempt from now on is not told of any more.
    package mutating func reconfigure(_ settings: Settings, at now: Timestamp) -> [Announcement] {
        self.settings = settings
        return told.keys.filter { reason(against: $0) != nil }.sorted().flatMap { retell($0, at: now) }
    }

    // MARK: Requests

    /// A monitor of the old form: it knows neither ends nor versions.
    package mutating func take(_ announcement: Announcement, token: String?, at now: Timestamp) -> Outcome {
        if let refusal = refusal(of: token) { return Outcome(refusal: refusal) }
        var outcome = Outcome()
        let origin = Origin(host: announcement.host)
        let known = reports[ReportTable.Key(origin: origin, subject: announcement.subject)]
        let version = min(max(now.microseconds, (known?.version ?? 0) + 1), .latest)
        var state = Report.State(
            version: version, isLifted: true, until: known?.until ?? now, forget: known?.forget)
        if announcement.action == .ban {
            let until = settings.bantime.map { now + $0 } ?? .forever
            state = Report.State(version: version, isLifted: false, until: until, forget: known?.forget)
        }
        let report = Report(origin: origin, subject: announcement.subject, state: state)
        if let refusal = merge(report, at: now) { return Outcome(refusal: refusal) }
        if announcement.action == .ban {
            // Each is passed on, as ever: who missed the one before hears this one.
            told[announcement.subject.address]?.remove(Voice(host: announcement.host, jail: announcement.subject.jail))
        }
        outcome.broadcasts = tell(report, at: now)
        return outcome
    }

    /// A monitor's reports, which are merged in their order.
    package mutating func take(
        _ reports: [Report], from host: Host, _ instance: Instance, token: String?, at now: Timestamp
    ) -> Outcome {
        if let refusal = refusal(of: token) ?? admit(instance, as: host, at: now) { return Outcome(refusal: refusal) }
        var outcome = Outcome()
        for (index, report) in reports.enumerated() {
            guard report.origin.host == host, report.origin.source != .person else {
                outcome.except[index] = HubRefusal(.never, "\(host) may not speak for \(report.origin.host)")
                continue
            }
            if let refusal = merge(report, at: now) {
                outcome.except[index] = refusal
            } else {
                outcome.broadcasts += tell(report, at: now)
            }
        }
        return outcome
    }

    /// What a monitor asks first: whether it is welcome, and what the hub knows of it.
    package mutating func greet(
        _ host: Host, _ instance: Instance, token: String?, longestRequest: Int, reportsPerRequest: Int,
        at now: Timestamp
    ) -> Result<HubGreeting, HubRefusal> {
        if let refusal = refusal(of: token) ?? admit(instance, as: host, at: now) { return .failure(refusal) }
        let summary = reports.summary(of: Origin(host: host))
        return .success(
            HubGreeting(
                epoch: epoch, sequence: 0, time: now, longestRequest: longestRequest,
                reportsPerRequest: reportsPerRequest, maximumBantime: settings.maximumBantime,
                version: summary.version, digest: summary.digest))
    }

    // MARK: Time

    /// When ``advance(to:)`` has something to do next.
    package var nextDeadline: Timestamp? { deadlines.next }

    /// Time has passed: some bans have ended.
    package mutating func advance(to now: Timestamp) -> [Announcement] {
        var ended: Set<Address> = []
        for key in deadlines.takeDue(at: now) {
            guard let state = reports[key] else { continue }
            if !isLive(state, at: now) { ended.insert(key.subject.address) }
            if isKept(state, at: now) {
                watch(key, state, at: now)
            } else {
                reports[key] = nil
            }
        }
        return ended.sorted().flatMap { retell($0, at: now) }
    }

    // MARK: Who may speak

    private func refusal(of token: String?) -> HubRefusal? {
        guard let tokens = settings.tokens, !tokens.contains(token ?? "") else { return nil }
        return HubRefusal(.later, token == nil ? "a token is asked for" : "the token is not one of authtoken's")
    }

    private struct NameHolder: Sendable {
        var instance: Instance
        var seen: Timestamp
    }

    /// Two monitors of one name would overwrite each other's reports.
    private mutating func admit(_ instance: Instance, as host: Host, at now: Timestamp) -> HubRefusal? {
        if monitors.count >= Self.names { monitors = monitors.filter { now < $0.value.seen + Self.tenure } }
        guard let holder = monitors[host], holder.instance != instance else {
            monitors[host] = NameHolder(instance: instance, seen: now)
            return nil
        }
        let isOther = holder.seen <= now && now < holder.seen + Self.tenure
        guard !isOther else {
            return HubRefusal(.later, "another monitor calls itself \(host): give each host a hostname of its own")
        }
        monitors[host] = NameHolder(instance: instance, seen: now)
        return nil
    }

    private func reason(against address: Address) -> String? {
        NeverBanned.reason(address, ignored: settings.ignored)
    }

    // MARK: Memory

    private mutating func merge(_ report: Report, at now: Timestamp) -> HubRefusal? {
        if !report.state.isLifted, let reason = reason(against: report.subject.address) {
            return HubRefusal(.never, "\(report.subject.address) may not be banned: \(reason)")
        }
        let key = ReportTable.Key(origin: report.origin, subject: report.subject)
        let known = reports[key]
        let merged = known?.merged(with: report.state) ?? report.state
        guard merged != known, isKept(merged, at: now) else { return nil }  // nothing new, or over before it came
        guard known != nil || reports.count < Self.limit else { return HubRefusal(.later, "the hub is full") }
        reports[key] = merged
        watch(key, merged, at: now)
        return nil
    }

    private mutating func watch(_ key: ReportTable.Key, _ state: Report.State, at now: Timestamp) {
        let bounded = state.bounded(by: settings.maximumBantime)
        deadlines.add(key, at: bounded.isLive(at: now) ? bounded.until : bounded.forget)
    }

    private func isLive(_ state: Report.State, at now: Timestamp) -> Bool {
        state.bounded(by: settings.maximumBantime).isLive(at: now)
    }

    private func isKept(_ state: Report.State, at now: Timestamp) -> Bool {
        state.bounded(by: settings.maximumBantime).isKept(at: now)
    }

    // MARK: The old form

    /// A report has come: what peers of the old form are to hear of it.
    private mutating func tell(_ report: Report, at now: Timestamp) -> [Announcement] {
        let address = report.subject.address
        let voice = Voice(host: report.origin.host, jail: report.subject.jail)
        let live = voices(for: address, at: now)
        if live.contains(voice) {
            guard told[address, default: []].insert(voice).inserted else { return [] }
            return [Announcement(voice.host, report.subject, .ban)]
        }
        // Who vouches for it otherwise keeps it banned.
        guard live.isEmpty else { return [] }
        return silence(address, and: report.state.isLifted ? voice : nil)
    }

    /// Something about the address has changed other than by a report of it.
    private mutating func retell(_ address: Address, at now: Timestamp) -> [Announcement] {
        voices(for: address, at: now).isEmpty ? silence(address, and: nil) : []
    }

    /// Nobody vouches for it any more: everybody's word is taken back.
    private mutating func silence(_ address: Address, and voice: Voice?) -> [Announcement] {
        let silenced = (told.removeValue(forKey: address) ?? []).union(voice.map { [$0] } ?? [])
        return silenced.sorted().map { Announcement($0.host, Subject($0.jail, address), .unban) }
    }

    /// Who vouches for a ban of it; nobody can, for an address that may not be banned.
    private func voices(for address: Address, at now: Timestamp) -> Set<Voice> {
        guard reason(against: address) == nil else { return [] }
        let live = reports.claims(on: address).filter { isLive($0.state, at: now) }
        return Set(live.map { Voice(host: $0.origin.host, jail: $0.jail) })
    }
}
