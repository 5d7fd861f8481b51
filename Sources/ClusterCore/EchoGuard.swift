internal import BanModel

/// Which bans in the local fail2ban are the cluster's own, by the subscriber's ledger.
struct EchoGuard: Sendable {
    enum Verdict: Equatable {
        /// Nobody but fail2ban itself can have done it.
        case local
        /// Our subscriber did it.
        case ours
        /// Our subscriber is about to ban the same address, and has not said yet who came first.
        case undecided
    }

    private struct Interval: Sendable {
        var from: Timestamp
        var to: Timestamp?
        var isPending: Bool
    }

    /// A line's time is cut to milliseconds, so it can lie before what caused it.
    private static let grain = Duration.milliseconds(1)

    private var intervals: [Subject: [Interval]] = [:]

    mutating func note(_ record: LedgerRecord) {
        var all = intervals[record.subject] ?? []
        let open = all.lastIndex { $0.to == nil }
        switch record.step {
        case .intended:
            if let open {
                all[open].isPending = true
            } else {
                all.append(Interval(from: record.time, to: nil, isPending: true))
            }
        case .held, .unclear:
            if let open {
                all[open].isPending = false
            } else {
                all.append(Interval(from: record.time, to: nil, isPending: false))
            }
        case .foreign, .logged:
            if let open { all.remove(at: open) }
        case .pardoned: break
        case .released, .yielded:
            if let open {
                all[open].to = record.time
                all[open].isPending = false
            }
        }
        intervals[record.subject] = all.isEmpty ? nil : all
    }

    /// Who did what happened to this subject at some moment from `start` to `end`.
    func verdict(on subject: Subject, from start: Timestamp, to end: Timestamp) -> Verdict {
        let touched = (intervals[subject] ?? []).filter {
            $0.from - Self.grain <= end && ($0.to.map { $0 + Self.grain >= start } ?? true)
        }
        if touched.isEmpty { return .local }
        return touched.contains { !$0.isPending } ? .ours : .undecided
    }
}
