internal import BanModel
internal import HeapModule

/// Reports by the address that they are about, what each origin's come to, the digests of their buckets, and their ends.
struct ReportTable: Sendable {
    typealias Place = AddressTable<ReportRow>.Place

    /// One origin's word on an address.
    struct Claim: Sendable {
        fileprivate let speaker: Speaker
        let state: Report.State

        var origin: Origin { speaker.origin }
        var jail: Jail { speaker.jail }
        /// As ``Report/way``.
        var way: Way? { speaker.way }

        /// Whether it is all that is needed to believe it: said by a host of ours, which is trusted whole.
        var isSure: Bool { way == nil && origin.foreign == nil }
    }

    /// Who says something in a jail, and how it came.
    fileprivate struct Speaker: Hashable, Sendable {
        var origin: Origin
        var jail: Jail
        var way: Way?
    }

    /// How a report came here last.
    struct Passage: Hashable, Sendable {
        var friend: Cluster
        /// As ``Way/neighbour``.
        var neighbour: Cluster?

        init(friend: Cluster, neighbour: Cluster?) { (self.friend, self.neighbour) = (friend, neighbour) }

        /// nil: of a host of ours.
        init?(_ origin: Origin, _ way: Way?) {
            guard let foreign = origin.foreign else { return nil }
            (friend, neighbour) = (foreign.friend, way?.neighbour)
        }
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
    private var voices: [ReportVoice?] = []
    private var origins = NumberedNames<Origin>()
    /// By the number of the origin.
    private var summaries: [Summary] = []
    /// How many reports came through each friend.
    private(set) var countsByFriend: [Cluster: Int] = [:]
    /// How many of these by each of his neighbours, or from nobody else.
    private(set) var countsByPassage: [Passage: Int] = [:]
    /// Of those that came through friends.
    private var signatures: [Place: Signature] = [:]
    /// How far each friend is trusted; whoever is not among them is not trusted at all.
    var levels: [Cluster: Trust] = [:]
    /// How many speakers there are whose words are not simply those of a host of ours.
    private var waySpeakers = 0
    /// Whether every claim is sure.
    var isAllSure: Bool { waySpeakers == 0 }
    private var bucketPair = BucketPair()
    /// As copies compare them.
    var buckets: ReportBuckets { bucketPair.copied }
    /// As twins compare them.
    var twinBuckets: ReportBuckets { isAllSure ? buckets : bucketPair.whole }
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
    @inline(__always)
    func search(_ address: Address, _ isEnough: (Place, Claim) -> Bool) {
        rows.search(address) { place, row in isEnough(place, claim(of: row, at: place)) }
    }

    /// How many reports on an address are of these origins, and came by these ways.
    func count(on address: Address, where isOne: (Origin, Way?) -> Bool) -> Int {
        var count = 0
        rows.search(address) { _, row in
            let speaker = speakers[row.speaker]
            if isOne(speaker.origin, speaker.way) { count += 1 }
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

    subscript(key: ReportKey) -> Report? { place(of: key).map { report(at: $0) } }

    /// Where the report is; nil where there is none.
    func place(of key: ReportKey) -> Place? {
        let speaker = speakers.number(of: Speaker(origin: key.origin, jail: key.subject.jail))
        guard speaker != nil || !isAllSure else { return nil }
        var found: Place?
        rows.search(key.subject.address) { place, row in
            guard row.speaker == speaker || !isAllSure && isSpeaker(row.speaker, of: key) else { return false }
            found = place
            return true
        }
        return found
    }

    /// Whatever way its words come.
    private func isSpeaker(_ number: UInt32, of key: ReportKey) -> Bool {
        let speaker = speakers[number]
        return speaker.jail == key.subject.jail && speaker.origin == key.origin
    }

    var allRows: AddressTable<ReportRow>.Rows { rows.rows }

    func report(of row: ReportRow, at place: Place) -> Report {
        let claim = claim(of: row, at: place)
        return Report(
            origin: claim.origin, subject: Subject(claim.jail, row.address), state: claim.state, way: claim.way,
            signature: claim.isSure ? nil : signatures[place])
    }

    func report(at place: Place) -> Report { report(of: rows[place], at: place) }

    private func claim(of row: ReportRow, at place: Place) -> Claim {
        Claim(speaker: speakers[row.speaker], state: state(of: row, at: place))
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
    mutating func merge(_ report: Report, at now: Timestamp?) -> Report? {
        guard let place = place(of: report.key) else {
            insert(report, at: now)
            return report
        }
        let known = self.report(at: place)
        let merged = known.merged(with: report)
        guard merged != known else { return nil }
        replace(known, at: place, by: merged, at: now)
        return merged
    }

    /// One that is not there yet.
    mutating func insert(_ report: Report, at now: Timestamp?) {
        let origin = use(report.origin)
        let place = rows.insert(ReportRow(report.subject.address, use(speakerOf: report, origin), report.state))
        if let friend = report.origin.foreign?.friend { countsByFriend[friend, default: 0] += 1 }
        if let signature = report.signature { signatures[place] = signature }
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

    /// - Parameter origin: the number of its origin.
    private mutating func use(speakerOf report: Report, _ origin: Int) -> UInt32 {
        let (number, isNew) = speakers.use(
            Speaker(origin: report.origin, jail: report.subject.jail, way: report.way))
        if let passage = Passage(report.origin, report.way) { countsByPassage[passage, default: 0] += 1 }
        guard isNew else { return number }
        while voices.count <= Int(number) { voices.append(nil) }
        voices[Int(number)] = ReportVoice(of: report, origin: origin)
        if report.way != nil { waySpeakers += 1 }
        return number
    }

    mutating func replace(_ known: Report, at place: Place, by report: Report, at now: Timestamp?) {
        if known.way == report.way {
            rows[place].set(report.state)
            note(known.state, report.state, at: place)
        } else {
            note(known.state, nil, at: place)
            let old = rows[place].speaker
            rows[place].speaker = use(speakerOf: report, voice(old).origin)
            drop(old)
            rows[place].set(report.state)
            note(nil, report.state, at: place)
        }
        if known.signature != report.signature { signatures[place] = report.signature }
        if let now { watch(report.state, at: place, from: now) }
    }

    private func voice(_ speaker: UInt32) -> ReportVoice {
        guard let voice = voices[Int(speaker)] else { preconditionFailure("a speaker without a voice") }
        return voice
    }

    private mutating func drop(_ speaker: UInt32) {
        let (origin, way) = (speakers[speaker].origin, speakers[speaker].way)
        if let passage = Passage(origin, way) {
            countsByPassage[passage, default: 0] -= 1
            if countsByPassage[passage] == 0 { countsByPassage[passage] = nil }
        }
        let hasWay = way != nil
        if speakers.drop(speaker), hasWay { waySpeakers -= 1 }
    }

    mutating func remove(at place: Place) {
        let row = rows[place]
        note(state(of: row, at: place), nil, at: place)
        rows.remove(place)
        // The place is another row's next, signed or not.
        if !signatures.isEmpty { signatures[place] = nil }
        if let friend = speakers[row.speaker].origin.foreign?.friend {
            countsByFriend[friend, default: 0] -= 1
            if countsByFriend[friend] == 0 { countsByFriend[friend] = nil }
        }
        let origin = voice(row.speaker).origin
        drop(row.speaker)
        origins.drop(UInt32(origin))
    }

    /// Whether peers of the old form were told of it.
    mutating func tell(at place: Place, _ isTold: Bool) { rows[place].isTold = isTold }

    func isTold(at place: Place) -> Bool { rows[place].isTold }

    /// What depends on a report, which has changed from one state to another, or come, or is about to go.
    private mutating func note(_ old: Report.State?, _ new: Report.State?, at place: Place) {
        let row = rows[place]
        let voice = voice(row.speaker)
        if let old {
            let digests = voice.digests(of: old, on: row.address)
            summaries[voice.origin].digest.remove(digests.told)
            summaries[voice.origin].count -= 1
            bucketPair.remove(digests, of: row.address)
        }
        if let new {
            let digests = voice.digests(of: new, on: row.address)
            summaries[voice.origin].digest.add(digests.told)
            summaries[voice.origin].count += 1
            summaries[voice.origin].version = max(summaries[voice.origin].version, new.version)
            bucketPair.add(digests, of: row.address)
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
            let state = bounded(state(of: row, at: first.place), by: row.speaker)
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
            let (first, second) = moments(of: bounded(state(of: row, at: place), by: row.speaker), from: now)
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
        let (first, second) = moments(of: bounded(state, by: rows[place].speaker), from: now)
        if let first { ends.insert(End(time: first, place: place)) }
        if let second { ends.insert(End(time: second, place: place)) }
        // Most are of states that are past.
        if ends.count > 3 * count + 100 { watchAll(at: now) }
    }

    @inline(__always)  // else the whole table is copied for each end that is watched
    private func bounded(_ state: Report.State, by speaker: UInt32) -> Report.State {
        voices[Int(speaker)]?.isAllowance == true ? state : state.bounded(by: maximumBantime)
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
