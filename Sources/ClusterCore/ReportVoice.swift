internal import BanModel

/// What is reckoned once for all reports of who says something in a jail, and how it came.
struct ReportVoice: Sendable {
    /// Of one report.
    struct Digests {
        /// As its host compares it.
        let told: ReportDigest
        /// As copies do, which know no ways.
        let copied: ReportDigest
        /// What its way adds to that, as twins do; nil: it came from here.
        let way: ReportDigest?
    }

    private let beginning: ReportDigest.Beginning
    /// nil: they came from here.
    private let hops: ReportDigest.Hops?
    /// The number of its origin.
    let origin: Int
    /// Whether its reports allow addresses rather than ban them.
    let isAllowance: Bool
    /// What they are worth; nil: everything.
    private let trust: Trust?

    init(of report: Report, origin: Int) {
        beginning = ReportDigest.Beginning(report.origin, report.subject.jail)
        hops = report.way.flatMap { $0.hops.isEmpty ? nil : ReportDigest.Hops($0.hops) }
        self.origin = origin
        isAllowance = report.origin.source == .allow
        trust = report.way?.trust
    }

    func digests(of state: Report.State, on address: Address) -> Digests {
        let told = ReportDigest(beginning, address, state)
        // Reckoned anew only where it differs.
        let isCopiedAsTold = !state.isPardoned && trust == nil
        let copied = isCopiedAsTold ? told : ReportDigest(beginning, address, state, copyOf: trust)
        return Digests(told: told, copied: copied, way: hops.map { ReportDigest($0, behind: copied) })
    }
}
