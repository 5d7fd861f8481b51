public import BanModel
internal import DequeModule

/// The hub's memory: requests and time go in; verdicts and broadcasts come out.
public struct Hub: Sendable {
    /// How many reports it keeps.
    static let limit = 4_000_000
    /// In how many jails, and from how many sources together, one host may report an address: each report on it is looked
    /// at whenever one of them changes.
    static let jails = 100
    /// So many changes can be told to somebody who missed them, without comparing everything.
    static let memory = 100_000
    /// How many names' holders are remembered.
    static let names = 10_000
    /// How long a name is one monitor's after it spoke.
    static let tenure = Duration.seconds(10)

    private(set) var settings: Settings
    /// New at each start.
    public let epoch: UInt64
    var table: ReportTable
    /// How far each twin trusts its friends.
    var adopted: [Host: [Cluster: Trust]] = [:]
    /// How many changes there were in this epoch.
    public private(set) var sequence: UInt64 = 0
    /// What the last of them were about.
    private(set) var recent = Deque<ReportKey>()
    /// How many addresses peers of the old form believe to be banned: the reports say by whom.
    var toldAddresses = 0
    /// Who they believe to ban an address, and where, though that report is forgotten.
    var toldOtherwise: [Address: Set<Voice>] = [:]
    private(set) var monitors: [Host: NameHolder] = [:]
    private var clients = ClientPlaces()
    private var clock = BelievedClock()
    /// Who has reported, or asked what is known of it, in either form.
    private(set) var monitorsHeard = Presence<Void>()
    /// How far those are who keep a copy.
    var subscribers = Presence<CopyProgress>()

    public init(settings: Settings, epoch: UInt64) {
        self.settings = settings
        self.epoch = epoch
        table = ReportTable(maximumBantime: settings.maximumBantime)
        table.levels = settings.levels
    }

    /// What was on disk, in as many pieces as wanted, before ``start(at:)``.
    public mutating func restore(_ reports: [Report]) {
        for report in reports { _ = table.merge(report, at: nil) }
    }

    /// All that was on disk is restored.
    public mutating func start(at now: Timestamp) -> Outcome {
        // A clock that is far ahead of all that was ever heard is believed later.
        let latest = table.reports.lazy.map { Timestamp(microseconds: $0.state.version) }.max()
        clock.begin(at: now, doubting: latest.flatMap { $0 + settings.maximumBantime < now ? $0 : nil })
        table.watchAll(at: clock.believed(now))
        // Who was told is to hear of the end.
        let live = table.allRows.filter { place, row in
            isBan(table.report(of: row, at: place), at: clock.believed(now))
                && isBanned(row.address, at: clock.believed(now))
        }
        for (place, row) in live { tell(at: place, of: row.address) }
        return advance(to: now)
    }

    /// From the next request on; what is exempt from now on is not told of any more.
    public mutating func reconfigure(_ settings: Settings, at now: Timestamp) -> Outcome {
        let (levels, threshold) = (table.levels, self.settings.threshold)
        self.settings = settings
        table.levels = trusted
        let isOther = (levels, threshold) != (table.levels, settings.threshold)
        var outcome = Outcome()
        look(at: now)
        let exempt = toldOf.filter { objection(against: $0, at: clock.believed(now)) != nil }
        table.bound(by: settings.maximumBantime, at: clock.believed(now))
        outcome.broadcasts = exempt.sorted().flatMap { retell($0, at: clock.believed(now)) }
        if isOther { outcome.broadcasts += retellAll(at: clock.believed(now)) }
        return outcome
    }

    /// How far each friend is trusted, a twin's too: not at all who is none any more, but has told us something that is kept.
    public var levels: [Cluster: Trust] {
        table.levels.merging(table.countsByFriend.mapValues { _ in .none }) { level, _ in level }
    }

    /// Of several twins the least trust counts.
    private var trusted: [Cluster: Trust] {
        let twins = adopted.values.reduce(into: [:]) { all, levels in all.merge(levels, uniquingKeysWith: min) }
        return twins.merging(settings.levels) { _, own in own }
    }

    /// Everything that it keeps, in no order.
    public var reports: KeptReports { table.reports }

    /// How many these are.
    public var count: Int { table.count }

    // MARK: Requests

    /// A monitor of the old form: it knows neither ends nor versions.
    public mutating func take(_ announcement: Announcement, token: String?, at now: Timestamp) -> Outcome {
        if let refusal = refusal(of: token) { return Outcome(refusal: refusal) }
        look(at: now)
        var outcome = Outcome()
        let origin = Origin(host: announcement.host)
        let known = table[ReportKey(origin, announcement.subject)]?.state
        let version = min(max(now.microseconds, (known?.version ?? 0) + 1), .latest)
        var state = Report.State(
            version: version, isLifted: true, until: known?.until ?? now, forget: known?.forget)
        if announcement.action == .ban {
            let until = settings.bantime.map { now + $0 } ?? .forever
            state = Report.State(version: version, isLifted: false, until: until, forget: known?.forget)
        }
        let report = Report(origin: origin, subject: announcement.subject, state: state)
        if let refusal = merge(report, into: &outcome, at: now) { return Outcome(refusal: refusal) }
        monitorsHeard.note(announcement.host, (), at: now)
        if announcement.action == .ban {
            // Each is passed on, as ever: who missed the one before hears this one.
            untell(announcement.subject.address, of: Voice(origin, in: announcement.subject.jail))
        }
        outcome.broadcasts = tell(report, at: clock.believed(now))
        return outcome
    }

    /// A monitor's reports, which are merged in their order.
    public mutating func take(
        _ reports: [Report], from host: Host, _ instance: Instance, token: String?, trusted trust: Trust = .full,
        at now: Timestamp
    ) -> Outcome {
        // What a person says on a host is beside what its monitor says.
        let isMonitor = reports.contains { !$0.origin.source.isAdministrators }
        if let refusal = refusal(of: token) ?? (isMonitor ? admit(instance, as: host, at: now) : nil) {
            return Outcome(refusal: refusal)
        }
        look(at: now)
        var outcome = Outcome()
        for (index, var report) in reports.enumerated() {
            // What it is worth, and whose it is, nobody says of himself.
            (report.origin.foreign, report.signature) = (nil, nil)
            report.way = trust == .full || report.origin.source == .allow ? nil : Way(trust: trust)
            guard report.origin.host == host else {
                outcome.except[index] = HubRefusal(.never, "\(host) may not speak for \(report.origin.host)")
                continue
            }
            if let refusal = merge(report, into: &outcome, at: now) {
                outcome.except[index] = refusal
            } else if report.origin.source == .allow {
                outcome.broadcasts += retellOverlapping(report.subject.address, at: clock.believed(now))
            } else {
                outcome.broadcasts += tell(report, at: clock.believed(now))
            }
        }
        return outcome
    }

    /// What a peer asks first: whether it is welcome, and what the hub knows of its host.
    ///
    /// - Parameter instance: of a monitor; nil: the peer says nothing in its host's name, and may ask what is broadcast
    ///   to everybody: that needs no token.
    public mutating func greet(
        _ host: Host, _ instance: Instance?, token: String?, longestRequest: Int, reportsPerRequest: Int,
        at now: Timestamp
    ) -> Result<HubGreeting, HubRefusal> {
        if let instance, let refusal = refusal(of: token) ?? admit(instance, as: host, at: now) {
            return .failure(refusal)
        }
        look(at: now)
        let summary = summary(of: host)
        // Where the clock has jumped, ends that are told by the later time, and judged by the earlier, come too late at
        // worst.
        let time = instance == nil ? clock.told(now) : now
        return .success(
            HubGreeting(
                epoch: epoch, sequence: sequence, time: time, longestRequest: longestRequest,
                reportsPerRequest: reportsPerRequest, maximumBantime: settings.maximumBantime,
                version: summary.version, digest: summary.digest,
                levels: levels(toldTo: host)))
    }

    /// A twin has friends of its own, and hears of those that this hub has; whom it trusts is no friend's business.
    private func levels(toldTo host: Host) -> [Cluster: Trust] {
        if host.name == settings.cluster?.id { return settings.levels }
        return Cluster(host.name) == nil ? levels : [:]
    }

    // MARK: Time

    /// When ``advance(to:)`` has something to do next.
    public var nextDeadline: Timestamp? { clock.deadline ?? table.nextEnd }

    /// Time has passed: some bans have ended.
    public mutating func advance(to now: Timestamp) -> Outcome {
        look(at: now)
        var outcome = Outcome()
        var ended: Set<Address> = []
        var allowed: Set<Address> = []
        let believed = clock.believed(now)
        for place in table.takeEnded(by: believed) {
            let report = table.report(at: place)
            if report.origin.source == .allow {
                allowed.insert(report.subject.address)
            } else if !isBan(report, at: believed) {
                ended.insert(report.subject.address)
            }
            if !isKept(report, at: believed) {
                forget(report, at: place)
                outcome.forgotten.append(report.key)
            }
        }
        outcome.broadcasts = ended.sorted().flatMap { retell($0, at: believed) }
        outcome.broadcasts += allowed.sorted().flatMap { retellOverlapping($0, at: believed) }
        return outcome
    }

    /// A clock that has jumped is noticed before anything is judged by it.
    mutating func look(at now: Timestamp) { _ = clock.show(now, due: table.nextEnd) }

    /// The time by which ends are judged.
    func believed(_ now: Timestamp) -> Timestamp { clock.believed(now) }

    // MARK: Who may speak

    /// Why somebody with this token, or none, may not ask; nil where he may.
    public func refusal(of token: String?) -> HubRefusal? {
        guard let tokens = settings.tokens, !tokens.contains(token ?? "") else { return nil }
        return HubRefusal(.later, token == nil ? "a token is asked for" : "the token is not one of authtoken's")
    }

    struct NameHolder: Sendable {
        var instance: Instance
        var seen: Timestamp
    }

    /// Two monitors of one name would overwrite each other's reports.
    mutating func admit(_ instance: Instance, as host: Host, at now: Timestamp) -> HubRefusal? {
        if monitors[host] == nil, monitors.count >= Self.names { forgetNames(at: now) }
        guard let holder = monitors[host], holder.instance != instance else {
            monitors[host] = NameHolder(instance: instance, seen: now)
            monitorsHeard.note(host, (), at: now)
            return nil
        }
        let isOther = holder.seen <= now && now < holder.seen + Self.tenure
        guard !isOther else {
            return HubRefusal(.later, "another monitor calls itself \(host): give each host a hostname of its own")
        }
        monitors[host] = NameHolder(instance: instance, seen: now)
        monitorsHeard.note(host, (), at: now)
        return nil
    }

    /// Those whose tenure is over, and of too many the longest silent: whoever may speak may make up names.
    private mutating func forgetNames(at now: Timestamp) {
        monitors = monitors.filter { now < $0.value.seen + Self.tenure }
        guard monitors.count >= Self.names else { return }
        // A part of them at once: each one that is made up must not cost a look at all.
        let silent = monitors.sorted { ($0.value.seen, $0.key) < ($1.value.seen, $1.key) }
        for (host, _) in silent.prefix(Self.names / 10) { monitors[host] = nil }
    }

    func reason(against address: Address) -> String? {
        NeverBanned.reason(address, ignored: settings.ignored) ?? clients.reason(against: address)
    }

    /// An authorised client has come from there.
    public mutating func admitted(_ client: Client, from address: Address) { clients.note(address, of: client.name) }

    /// Why nobody bans this address, though it may be reported: that may change.
    func objection(against address: Address, at now: Timestamp) -> String? {
        reason(against: address) ?? table.allowlist.reason(against: address, at: now)
    }

    /// Why a report of this is refused, whoever brings it.
    private func reason(against report: Report) -> String? {
        guard !report.state.isLifted else { return nil }
        let (address, isAllowance) = (report.subject.address, report.origin.source == .allow)
        let reason = isAllowance ? Allowance.reason(against: address) : reason(against: address)
        return reason.map { "\(address) may not be \(isAllowance ? "allowed" : "banned"): \($0)" }
    }

    // MARK: Memory

    mutating func merge(_ report: Report, into outcome: inout Outcome, at now: Timestamp) -> HubRefusal? {
        if let reason = reason(against: report) { return HubRefusal(.never, reason) }
        let place = table.place(of: report.key)
        let known = place.map { table.report(at: $0) }
        // Nothing new, or over before it came.
        let news = known?.merged(with: report) ?? report
        guard news != known, isKept(news, at: clock.believed(now)) else { return nil }
        let isMore = !news.state.isLifted && known?.state.isLifted != false
        if report.origin.source == .allow, isMore, let refusal = refusalToAllow(report.subject.address) {
            return refusal
        }
        if let place, let known {
            table.replace(known, at: place, by: news, at: clock.believed(now))
        } else {
            if let refusal = refusalToKeep(report) { return refusal }
            table.insert(news, at: clock.believed(now))
        }
        sequence += 1
        recent.append(report.key)
        if recent.count > Self.memory { recent.removeFirst() }
        outcome.news.append(news)
        return nil
    }

    /// More than there is room for.
    private func refusalToKeep(_ report: Report) -> HubRefusal? {
        let address = report.subject.address
        guard table.count < Self.limit else { return HubRefusal(.later, "the hub is full") }
        for share in Share.all(of: report) {
            let (most, mostOnAddress) = (settings.mostOfOrigin / share.part, Self.jails / share.part)
            guard share.count(in: table) < most else {
                return HubRefusal(.later, "\(share) has \(most) reports here, as many as maxbans allows")
            }
            guard share.count(on: address, in: table) < mostOnAddress else {
                return HubRefusal(
                    .never, "\(share) has \(mostOnAddress) reports on \(address) here, as many as are kept")
            }
        }
        return nil
    }

    private func refusalToAllow(_ address: Address) -> HubRefusal? {
        let list = table.allowlist
        guard list.count < Allowance.limit else {
            return HubRefusal(.later, "\(Allowance.limit) addresses and networks are allowed already")
        }
        guard !address.isNetwork || list.networkCount < Allowance.networkLimit else {
            return HubRefusal(.later, "\(Allowance.networkLimit) networks are allowed already")
        }
        return nil
    }

    /// Whether peers of the old form are to believe that it is banned.
    private func isBanned(_ address: Address, at now: Timestamp) -> Bool { ban(of: address, by: nil, at: now) != nil }

    /// Whether it vouches for a ban now.
    func isBan(_ report: Report, at now: Timestamp) -> Bool {
        report.origin.source != .allow && report.bounded(by: settings.maximumBantime).state.isLive(at: now)
    }

    func isKept(_ report: Report, at now: Timestamp) -> Bool {
        report.bounded(by: settings.maximumBantime).state.isKept(at: now)
    }
}
