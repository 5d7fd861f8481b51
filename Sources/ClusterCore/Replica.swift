internal import BanModel

/// A copy of the cluster's reports, and what it says of each placement.
///
/// A placement is where a subscriber would ban: with one jail for all, every report on an address is about the same
/// placement; with `targetjail = same` and in the log action, each jail has its own.
struct Replica: Sendable {
    struct Voice: Hashable, Sendable {
        var host: Host
        var subject: Subject
    }

    /// All reports it keeps, by placement.
    private var voices: [Subject: [Voice: Report.State]] = [:]
    private(set) var count = 0

    /// Merges one report. Returns whether it was news.
    mutating func merge(_ voice: Voice, _ state: Report.State, for placement: Subject) -> Bool {
        let known = voices[placement]?[voice]
        guard known.map({ $0 < state }) ?? true else { return false }
        if known == nil { count += 1 }
        voices[placement, default: [:]][voice] = state
        return true
    }

    /// Forgets what no longer counts. Returns the reports that it forgot.
    mutating func expire(_ placement: Subject, at now: Timestamp) -> [Voice] {
        guard let all = voices[placement] else { return [] }
        let over = all.filter { !$0.value.isLive(at: now) }.map(\.key)
        count -= over.count
        let live = all.filter { $0.value.isLive(at: now) }
        voices[placement] = live.isEmpty ? nil : live
        return over
    }

    /// Forgets every report of a voice that is not to be kept.
    mutating func keep(where isKept: (Voice) -> Bool) {
        voices = voices.compactMapValues { all in
            let kept = all.filter { isKept($0.key) }
            return kept.isEmpty ? nil : kept
        }
        count = voices.values.reduce(0) { $0 + $1.count }
    }

    /// Who vouches for a ban of this placement, and until when; the one that does so longest.
    func longest(_ placement: Subject, without host: Host, at now: Timestamp) -> (host: Host, until: Timestamp)? {
        (voices[placement] ?? [:])
            .filter { $0.key.host != host && $0.value.isLive(at: now) }
            .map { (host: $0.key.host, until: $0.value.until) }
            .max { ($0.until, $1.host) < ($1.until, $0.host) }
    }

    var placements: some Sequence<Subject> { voices.keys }

    /// Every report, in no order.
    var reports: some Sequence<(Voice, Report.State)> {
        voices.values.lazy.flatMap { $0.lazy.map { ($0.key, $0.value) } }
    }
}
