internal import LinuxSystem
internal import ZeroMQ

/// Fills a hub as a monitor would, with no log and no monitor.
final class HubLoader {
    /// In one request.
    static let batch = 1_000

    private let questioner: Questioner
    private let cluster: Cluster
    private var count = 0
    private(set) var bytesAReport = 0.0

    init(_ cluster: Cluster, in context: Context) throws {
        self.cluster = cluster
        questioner = try Questioner(in: context, cluster.replies, as: "loader")
        try questioner.greet()
    }

    /// Returns once the hub holds so many, on its disk.
    func load(upTo wanted: Int) throws {
        while count < wanted {
            cluster.workshop.say("the hub takes \(Quantity.grouped(count)) of \(Quantity.grouped(wanted)) reports")
            let next = min(wanted, count + Self.batch)
            let now = SystemClock.wall()
            let reports = (count..<next).map { Samples.report($0, by: questioner.host, at: now) }
            bytesAReport = Double(questioner.request(reports).count) / Double(reports.count)
            try questioner.report(reports)
            count = next
            try cluster.drain()
        }
    }

    /// Single bans, each in a request that is awaited.
    func single(_ bans: Int) throws {
        for _ in 0..<bans {
            try questioner.report([Samples.report(count, by: questioner.host, at: SystemClock.wall())])
            count += 1
        }
    }
}
