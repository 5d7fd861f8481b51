internal import BanModel
internal import HeapModule

/// Reports by the address that they are about, what each origin's come to, the digests of their buckets, and their ends.
struct ReportTable: Sendable {
    typealias Place = AddressTable<ReportRow>.Place

    /// One origin's word on an address.
    struct Claim: Sendable {
        var origin: Origin
        var jail: Jail
        var state: Report.State
    }

    /// Who says something in a jail.
    private struct Speaker: Hashable, Sendable {
        var origin: Origin
        var jail: Jail
    }

    /// What is reckoned once for all reports of a speaker.
    private struct Voice: Sendable {
        var beginning: ReportDigest.Beginning
        /// The number of its origin.
        var origin: Int
        /// Whether its reports allow addresses rather than ban them.
        var isAllowance: Bool
    }

    /// What one origin's reports come to.
    struct Summary: Sendable {
        /// The highest of those that were in the table since it last had none of this origin's.
        var version: Version = 0
        var digest = ReportDigest()
        var count = 0
    }

    private struct End: Comparable, Sendable {
        var time: Timestamp
        var place: Place

        static func < (left: End, right: End) -> Bool {
            left.time < right.time || left.time == right.time && left.place < right.place
        }
    }

    private var rows = AddressTable<ReportRow>()
    /// Of those that are remembered for longer than they count.
    private var forgets: [Place: Timestamp] = [:]
    private var speakers = NumberedNames<Speaker>()
    /// By the number of the speaker.
    private var voices: [Voice?] = []
    private var origins = NumberedNames<Origin>()
    /// By the number of the origin.
    private var summaries: [Summary] = []
    private(set) var buckets = ReportBuckets()
    private(set) var allowlist = Allowlist()
    /// When something of a report ends: its ban, and then the need to remember it. Some are of states that are past.
    private var ends = Heap<End>()

    /// No report counts longer than this after its version's time.
    private(set) var maximumBantime: Duration

    init(maximumBantime: Duration) { self.maximumBantime = maximumBantime }

    var count: Int { rows.count }

    /// How many names it keeps, and how many ends.
    var knownNames: Int { speakers.count }
    var watchedEnds: Int { ends.count }

    // MARK: Looking

    func claims(on address: Address) -> [Claim] {
        var claims: [Claim] = []
        search(address) { _, claim in
            claims.append(claim)
            return false
        }
        return claims
    }

    /// Hands out what is claimed of an address, in no order that counts, until it is told that this is enough.
    func search(_ address: Address, _ isEnough: (Place, Claim) -> Bool) {
        rows.search(address) { place, row in isEnough(place, claim(of: row, at: place)) }
    }

    /// How many reports a host's sources together have on an address.
    func count(of host: Host, on address: Address) -> Int {
        var count = 0
        rows.search(address) { _, row in
            if speakers[row.speaker].origin.host == host { count += 1 }
            return false
        }
        return count
    }

    /// Whether there is anything in this bucket.
    func holds(_ bucket: Int) -> Bool { !rows.isEmpty(bucket) }

    func summary(of origin: Origin) -> Summary { origins.number(of: origin).map { summaries[Int($0)] } ?? Summary() }

    /// Every report, in no order.
    var reports: KeptReports { KeptReports(table: self) }

    /// Every report of one bucket, in the order of their keys.
    func reports(in bucket: Int) -> [Report] { reports(of: rows.rows(in: bucket)) }

    /// Those of these origins in one bucket, in the order of their keys.
    func reports(of wanted: [Origin], in bucket: Int) -> [Report] {
        reports(of: rows.rows(in: bucket).filter { wanted.contains(speakers[$0.row.speaker].origin) })
    }

    /// The order is reckoned by the rows, which have the address that mostly decides it, and no names.
    private func reports(of rows: some Sequence<(place: Place, row: ReportRow)>) -> [Report] {
        rows.sorted { left, right in
            guard left.row.address == right.row.address else { return left.row.address < right.row.address }
            return report(of: left.row, at: left.place).key < report(of: right.row, at: right.place).key
        }.map { report(of: $0.row, at: $0.place) }
    }

    subscript(key: ReportKey) -> Report.State? { place(of: key).map { state(at: $0) } }

    /// Where the report is; nil where there is none.
    func place(of key: ReportKey) -> Place? {
        guard let speaker = speakers.number(of: Speaker(origin: key.origin, jail: key.subject.jail)) else { return nil }
        var found: Place?
        rows.search(key.subject.address) { place, row in
            guard row.speaker == speaker else { return false }
            found = place
            return true
        }
        return found
    }

    func state(at place: Place) -> Report.State { state(of: rows[place], at: place) }

    var allRows: AddressTable<ReportRow>.Rows { rows.rows }

    func report(of row: ReportRow, at place: Place) -> Report {
        let claim = claim(of: row, at: place)
        return Report(origin: claim.origin, subject: Subject(claim.jail, row.address), state: claim.state)
    }

    func report(at place: Place) -> Report { report(of: rows[place], at: place) }

    private func claim(of row: ReportRow, at place: Place) -> Claim {
        let speaker = speakers[row.speaker]
        return Claim(origin: speaker.origin, jail: speaker.jail, state: state(of: row, at: place))
    }

    private func state(of row: ReportRow, at place: Place) -> Report.State {
        row.state(forget: row.isRemembered ? forgets[place] : nil)
    }

    /// Every address on which there is a report, of which this one has a part, or which has a part of it.
    func addresses(overlapping address: Address) -> Set<Address> {
        rows.addresses(overlapping: address)
    }

    // MARK: Changing

    /// Merges one report. Returns what is known then, where that is news.
    ///
    /// - Parameter now: nil: its end is not watched before ``watchAll(at:)``.
    mutating func merge(_ report: Report, at now: Timestamp?) -> Report.State? {
        guard let place = place(of: report.key) else {
            insert(report, at: now)
            return report.state
        }
        let known = state(at: place)
        let merged = known.merged(with: report.state)
        guard merged != known else { return nil }
        replace(known, at: place, by: merged, at: now)
        return merged
    }

    /// One that is not there yet.
    mutating func insert(_ report: Report, at now: Timestamp?) {
        let origin = use(report.origin)
        let (speaker, isNew) = speakers.use(Speaker(origin: report.origin, jail: report.subject.jail))
        if isNew {
            let beginning = ReportDigest.Beginning(report.origin, report.subject.jail)
            while voices.count <= Int(speaker) { voices.append(nil) }
            voices[Int(speaker)] = Voice(
                beginning: beginning, origin: origin, isAllowance: report.origin.source == .allow)
        }
        let place = rows.insert(ReportRow(report.subject.address, speaker, report.state))
        note(nil, report.state, at: place)
        if let now { watch(report.state, at: place, from: now) }
    }

    private mutating func use(_ origin: Origin) -> Int {
        let (number, isNew) = origins.use(origin)
        if isNew {
            if Int(number) == summaries.count { summaries.append(Summary()) }
            summaries[Int(number)] = Summary()
        }
        return Int(number)
    }

    mutating func replace(_ known: Report.State, at place: Place, by state: Report.State, at now: Timestamp?) {
        rows[place].set(state)
        note(known, state, at: place)
        if let now { watch(state, at: place, from: now) }
    }

    mutating func remove(at place: Place) {
        let row = rows[place]
        note(state(of: row, at: place), nil, at: place)
        rows.remove(place)
        guard let origin = voices[Int(row.speaker)]?.origin else { preconditionFailure("a speaker without a voice") }
        speakers.drop(row.speaker)
        origins.drop(UInt32(origin))
    }

    /// Whether peers of the old form were told of it.
    mutating func tell(at place: Place, _ isTold: Bool) { rows[place].isTold = isTold }

    func isTold(at place: Place) -> Bool { rows[place].isTold }

    /// What depends on a report, which has changed from one state to another, or come, or is about to go.
    private mutating func note(_ old: Report.State?, _ new: Report.State?, at place: Place) {
        let row = rows[place]
        guard let voice = voices[Int(row.speaker)] else { preconditionFailure("a speaker without a voice") }
        let bucket = ReportBuckets.index(of: row.address)
        if let old {
            let digest = ReportDigest(voice.beginning, row.address, old)
            summaries[voice.origin].digest.remove(digest)
            summaries[voice.origin].count -= 1
            buckets.remove(withPardon(old, row.address, voice, digest), from: bucket)
        }
        if let new {
            let digest = ReportDigest(voice.beginning, row.address, new)
            summaries[voice.origin].digest.add(digest)
            summaries[voice.origin].count += 1
            summaries[voice.origin].version = max(summaries[voice.origin].version, new.version)
            buckets.add(withPardon(new, row.address, voice, digest), to: bucket)
        }
        if voice.isAllowance {
            let speaker = speakers[row.speaker]
            allowlist.note(new, of: ReportKey(speaker.origin, Subject(speaker.jail, row.address)))
        }
        if let new, new.forget != new.until {
            forgets[place] = new.forget
        } else if old.map({ $0.forget != $0.until }) ?? false {
            forgets[place] = nil
        }
    }

    /// As the buckets tell it: reckoned anew only where that differs.
    private func withPardon(
        _ state: Report.State, _ address: Address, _ voice: Voice, _ digest: ReportDigest
    ) -> ReportDigest {
        state.isPardoned ? ReportDigest(voice.beginning, address, state, tellsPardons: true) : digest
    }

    // MARK: Ends

    /// When a ban, or the need to remember a report, ends next; some of these are past, and nothing follows from them.
    var nextEnd: Timestamp? { ends.min?.time }

    /// Those of which something has ended by then, the earliest first, each taken out of what is watched.
    mutating func takeEnded(by now: Timestamp) -> [Place] {
        guard let next = nextEnd, next <= now else { return [] }
        var ended: [Place] = []
        var seen: Set<Place> = []
        while let first = ends.min, first.time <= now {
            ends.removeMin()
            guard let row = rows.row(at: first.place), !seen.contains(first.place) else { continue }
            let state = bounded(state(of: row, at: first.place), of: row)
            // Of a state that is past, unless something has ended by now.
            guard first.time == state.until || state.forget <= now else { continue }
            ended.append(first.place)
            seen.insert(first.place)
        }
        return ended
    }

    /// Looks for every end from now on: the table was read, or a clock was set, and what was over may be yet to come.
    mutating func watchAll(at now: Timestamp) {
        var ends: [End] = []
        for (place, row) in rows.rows {
            let (first, second) = moments(of: bounded(state(of: row, at: place), of: row), from: now)
            if let first { ends.append(End(time: first, place: place)) }
            if let second { ends.append(End(time: second, place: place)) }
        }
        self.ends = Heap(ends)
    }

    /// Every report counts for as long from now on.
    mutating func bound(by maximum: Duration, at now: Timestamp) {
        guard maximum != maximumBantime else { return }
        maximumBantime = maximum
        watchAll(at: now)
    }

    private mutating func watch(_ state: Report.State, at place: Place, from now: Timestamp) {
        let (first, second) = moments(of: bounded(state, of: rows[place]), from: now)
        if let first { ends.insert(End(time: first, place: place)) }
        if let second { ends.insert(End(time: second, place: place)) }
        // Most are of states that are past.
        if ends.count > 3 * count + 100 { watchAll(at: now) }
    }

    private func bounded(_ state: Report.State, of row: ReportRow) -> Report.State {
        voices[Int(row.speaker)]?.isAllowance == true ? state : state.bounded(by: maximumBantime)
    }

    /// When it stops to count, and when it may be forgotten; what is past needs no look, but for the last one.
    ///
    /// - Parameter bounded: as it counts.
    private func moments(of bounded: Report.State, from now: Timestamp) -> (Timestamp?, Timestamp?) {
        let forget = bounded.forget == .forever ? nil : max(bounded.forget, now)
        guard bounded.isLive(at: now), bounded.until < bounded.forget else { return (forget, nil) }
        return (bounded.until, forget)
    }
}
