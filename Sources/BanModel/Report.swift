/// Who says it, within its cluster.
package struct Origin: Hashable, Sendable {
    /// Where on the host the word comes from.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        case log, action, person
    }

    package var host: Host
    package var source: Source

    package init(host: Host, source: Source = .log) {
        self.host = host
        self.source = source
    }
}

/// What a ban is about: an address in a jail.
package struct Subject: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var jail: Jail
    package var address: Address

    package init(_ jail: Jail, _ address: Address) {
        self.jail = jail
        self.address = address
    }

    package var description: String { "\(address) in \(jail)" }
    package static func < (left: Subject, right: Subject) -> Bool {
        (left.jail, left.address) < (right.jail, right.address)
    }
}

/// Grows with every report of an origin, which alone assigns it: microseconds since 1970, or one more than its last.
package typealias Version = Int64

extension Version {
    /// No report has a later one: who claims it lies, and the next one must still be a number.
    package static let latest: Version = 1 << 62
}

/// One origin's claim about one subject: banned until a moment, or lifted.
package struct Report: Hashable, Sendable {
    /// The claim without whose and about what it is: the part that changes from version to version.
    package struct State: Hashable, Sendable {
        package var version: Version
        package var isLifted: Bool
        package var until: Timestamp
        /// The latest `until` that any version had: before it, an earlier version may still come back from somebody who
        /// was cut off, so the last one is kept until then, lifted or not.
        package var forget: Timestamp

        /// - Parameter forget: raised to `until` where it is earlier.
        package init(version: Version, isLifted: Bool, until: Timestamp, forget: Timestamp? = nil) {
            self.version = version
            self.isLifted = isLifted
            self.until = until
            self.forget = max(until, forget ?? until)
        }

        package func isLive(at now: Timestamp) -> Bool { !isLifted && now < until }

        /// Whether it must be kept: it counts, or keeps an older version from counting.
        package func isKept(at now: Timestamp) -> Bool { now < forget }

        /// As readers count it: nothing counts longer than this after its version's time.
        package func bounded(by maximum: Duration) -> Self {
            let latest = Timestamp(microseconds: version) + maximum
            var bounded = self
            bounded.until = min(until, latest)
            bounded.forget = min(forget, latest)
            return bounded
        }

        /// What is known from two states of one report: the greater, and the later `forget`.
        ///
        /// The same in any order, however often, and in any grouping.
        package func merged(with other: Self) -> Self {
            var greater = max(self, other)
            greater.forget = max(forget, other.forget)
            return greater
        }
    }

    package var origin: Origin
    package var subject: Subject
    package var state: State

    package init(origin: Origin, subject: Subject, state: State) {
        self.origin = origin
        self.subject = subject
        self.state = state
    }
}

extension Report.State: Comparable {
    /// The order of the merge: of two states of one report the greater wins, whatever came first.
    package static func < (left: Self, right: Self) -> Bool {
        if left.version != right.version { return left.version < right.version }
        if left.isLifted != right.isLifted { return right.isLifted }
        return left.until < right.until
    }
}
