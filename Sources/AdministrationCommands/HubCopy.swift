internal import BanModel
internal import ClusterProtocol

/// All that a hub keeps, fetched as a subscriber fetches its copy.
struct HubCopy: ~Copyable {
    /// Buckets a question; an answer has its limit, and what did not fit is asked for again.
    private static let share = 64

    private var asker: HubAsker
    private let name: Asker
    let hub: HubAsker.Hub

    init(_ setup: Setup) throws {
        var asker = try HubAsker(setup)
        hub = try asker.hub()
        name = setup.asker
        self.asker = asker
    }

    /// In no order.
    mutating func fetch() throws -> [Report] {
        var progress = Progress()
        defer { progress.end() }
        // Nothing has epoch 0: the answer tells which buckets hold anything.
        guard case .buckets(_, _, let digests) = try ask(.since(epoch: 0, sequence: 0)) else {
            throw nonsense(from: hub.endpoint)
        }
        var buckets = digests.digests.indices.filter { digests.digests[$0] != ReportDigest() }
        let all = buckets.count
        var after: ReportKey?
        var reports: [Report] = []
        while !buckets.isEmpty {
            progress.show("\(reports.count) reports, \(100 - 100 * buckets.count / all) %")
            let asked = Array(buckets.prefix(Self.share))
            guard case .fetched(let whole, let key, let part) = try ask(.fetch(asked, after: after)),
                whole <= asked.count, whole > 0 || key != nil
            else { throw nonsense(from: hub.endpoint) }
            reports += part
            buckets.removeFirst(whole)
            after = buckets.isEmpty ? nil : key
        }
        return reports
    }

    private mutating func ask(_ question: CopyQuestion) throws -> CopyAnswer<Report> {
        switch SyncReply<Report>(try asker.ask(SyncRequest(asker: name, question: question).bytes)) {
        case .answer(let answer): return answer
        case .refusal(let refusal): throw refusal.failure(at: hub.endpoint)
        case .nonsense: throw nonsense(from: hub.endpoint)
        }
    }
}
