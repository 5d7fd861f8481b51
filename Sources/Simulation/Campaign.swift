/// Many seeds, and what came of them.
public struct Campaign: Sendable {
    private let stage: Stage
    public private(set) var seeds = 0
    public private(set) var events = 0
    public private(set) var kills = 0
    /// The fewest steps and kills of any schedule.
    public private(set) var fewestSteps = Int.max
    public private(set) var fewestKills = Int.max
    /// How many schedules reached each kind of fault.
    public private(set) var reached: [Fault: Int] = [:]
    /// Every seed that failed, and how; in the order in which they were added.
    public private(set) var failures: [(seed: UInt64, violation: Violation)] = []

    public init(of stage: Stage = .hosts) { self.stage = stage }

    public mutating func add(_ report: Simulation.Report) {
        seeds += 1
        events += report.events
        kills += report.kills
        if report.violation == nil {
            fewestSteps = min(fewestSteps, report.steps)
            fewestKills = min(fewestKills, report.kills)
        }
        for fault in report.faults { reached[fault, default: 0] += 1 }
        if let violation = report.violation { failures.append((report.seed, violation)) }
    }

    /// How many of a hundred schedules reached each kind of fault, the rarest first.
    public var coverage: [(fault: Fault, percent: Int)] {
        Fault.all(of: stage).map { ($0, 100 * reached[$0, default: 0] / max(1, seeds)) }.sorted {
            ($0.percent, $0.fault) < ($1.percent, $1.fault)
        }
    }

    /// How far it is, for people.
    ///
    /// - Parameters:
    ///   - all: how many seeds are to be played.
    ///   - seconds: how long it has taken so far.
    public func progress(of all: UInt64, after seconds: Double) -> String {
        let rate = Double(seeds) / max(seconds, 0.001)
        let left = Int(Double(all - min(all, UInt64(seeds))) / max(rate, 0.001))
        return "\(seeds) of \(all) seeds, \(failures.count) failed; \(Int(rate)) a second, \(left / 60) min to go"
    }

    /// These seeds, one after the other; ends early after so many failures.
    public static func run(
        from first: UInt64, through last: UInt64, of stage: Stage = .hosts, plant: Plant? = nil,
        atMostFailures most: Int = .max
    ) -> Campaign {
        var campaign = Campaign(of: stage)
        for seed in first...last {
            campaign.add(Simulation.run(seed: seed, of: stage, plant: plant))
            if campaign.failures.count >= most { break }
        }
        return campaign
    }
}
