internal import Glibc
internal import LinuxSystem
internal import Simulation

/// Many seeds on several threads, each of which takes the next seed; what comes of them is told as it comes.
final class Play: Sendable {
    private struct State: Sendable {
        var next: UInt64
        var campaign: Campaign
        /// How many threads are still at it.
        var threads: UInt64
    }

    /// How often the terminal is told how far it is, and a file, in microseconds.
    private static let (often, seldom): (Int64, Int64) = (200_000, 60_000_000)

    private let seeds: ClosedRange<UInt64>
    private let stage: Stage
    private let plant: Plant?
    /// Nothing new is begun after so many failures.
    private let mostFailures: Int
    private let threads: UInt64
    private let state: Guarded<State>
    private let news: Wakeup

    init(
        _ seeds: ClosedRange<UInt64>, of stage: Stage, plant: Plant?, mostFailures: Int, threads: UInt64
    ) throws {
        (self.seeds, self.stage, self.plant, self.mostFailures) = (seeds, stage, plant, mostFailures)
        self.threads = max(1, min(threads, UInt64(seeds.count)))
        state = Guarded(
            State(
                next: seeds.lowerBound, campaign: Campaign(of: stage), threads: self.threads))
        news = try Wakeup()
    }

    func run() -> Campaign {
        for number in 0..<threads { startThread("play \(number)") { self.work() } }
        let begun = SystemClock.monotonic()
        let isTerminal = isatty(STDERR_FILENO) == 1
        let pause = isTerminal ? Self.often : Self.seldom
        var next = begun + pause
        var told = 0
        while true {
            var watched = pollfd(fd: news.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, Int32(max(0, next - SystemClock.monotonic()) / 1000 + 1))
            news.clear()
            let (campaign, isOver) = state.withLock { ($0.campaign, $0.threads == 0) }
            if isTerminal { complain("\r\u{1B}[K") }
            for (seed, violation) in campaign.failures[told...] { tell(seed, violation) }
            told = campaign.failures.count
            if isOver { return campaign }
            let now = SystemClock.monotonic()
            guard isTerminal || now >= next else { continue }
            let line = campaign.progress(of: UInt64(seeds.count), after: Double(now - begun) / 1e6)
            complain(isTerminal ? line : line + "\n")
            next = now + pause
        }
    }

    private func work() {
        while let seed = take() {
            let report = Simulation.run(seed: seed, of: stage, plant: plant)
            state.withLock { $0.campaign.add(report) }
            if report.violation != nil { news.signal() }
        }
        state.withLock { $0.threads -= 1 }
        news.signal()
    }

    private func take() -> UInt64? {
        state.withLock { state in
            guard state.next <= seeds.upperBound, state.campaign.failures.count < mostFailures else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    private func tell(_ seed: UInt64, _ violation: Violation) {
        print("seed \(seed): \(violation)")
        let planted = plant.map { " --plant \($0.rawValue)" } ?? (stage == .friends ? " --friends" : "")
        print("    scripts/simulate --seeds 1 --from \(seed) --shrink --trace\(planted)")
        fflush(nil)
    }

    private func complain(_ text: String) {
        // Where nobody reads it, nothing is lost.
        _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}
