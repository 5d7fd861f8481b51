import BanModel

@testable import ClusterCore

/// The one whose key has this letter for a fingerprint.
func cluster(_ letter: Character) -> Cluster { Cluster(String(repeating: letter.lowercased(), count: 32))! }

func percent(_ number: Int) -> Trust { Trust(millionths: number * 10_000)! }

/// Clusters whose hubs are friends, each with a subscriber that writes lines, on a wire that hands out messages in any
/// order.
///
/// What a cluster signs, nobody here looks at: a signature is whose it is.
struct FriendNet {
    struct Node {
        var hub: Hub
        var copy: SubscriberRig
    }

    private struct Message {
        var sender: Character
        var receiver: Character
        var reports: [SharedReport]
    }

    private(set) var nodes: [Character: Node] = [:]
    private var levels: [Character: [Character: Trust]] = [:]
    private var waiting: [Message] = []
    private(set) var now = start
    private(set) var refused: [FriendRefusal: Int] = [:]
    /// Which message comes next, of so many.
    var choose: (Int) -> Int = { _ in 0 }

    /// - Parameter links: `AB` for A and B.
    init(_ names: String, links: [String] = [], level: Trust = percent(80)) {
        for name in names { levels[name] = [:] }
        for link in links {
            levels[link.first!]?[link.last!] = level
            levels[link.last!]?[link.first!] = level
        }
        for name in names {
            var copy = SubscriberRig(.log)
            copy.writes = true
            nodes[name] = Node(hub: Hub(settings: settings(of: name), epoch: 7), copy: copy)
        }
    }

    private func settings(of name: Character) -> Hub.Settings {
        var settings = HubRig.settings
        settings.cluster = cluster(name)
        settings.levels = Dictionary(uniqueKeysWithValues: levels[name]!.map { (cluster($0.key), $0.value) })
        return settings
    }

    /// From now on.
    mutating func trust(_ name: Character, _ friend: Character, _ level: Trust) {
        levels[name]?[friend] = level
        let outcome = nodes[name]!.hub.reconfigure(settings(of: name), at: now)
        spread(outcome, from: name)
        beacon(name)
    }

    /// A host of this cluster has banned it, or lifts it.
    mutating func attack(on name: Character, _ text: String = "198.51.100.1", _ report: Report? = nil) {
        let report = report ?? ClusterCoreTests.report(text)
        let outcome = nodes[name]!.hub.take(
            [report], from: report.origin.host, Instance(number: 1), token: nil, at: now)
        spread(outcome, from: name)
        deliver()
    }

    mutating func pardon(_ text: String, at name: Character) {
        spread(nodes[name]!.hub.pardon(address(text), token: nil, at: now), from: name)
        deliver()
    }

    /// What somebody says who may make up what he wants.
    mutating func tell(_ name: Character, _ reports: [SharedReport], from friend: Character) {
        waiting.append(Message(sender: friend, receiver: name, reports: reports))
        deliver()
    }

    mutating func wait(until seconds: Double) {
        now = .at(seconds)
        for name in nodes.keys.sorted() {
            nodes[name]!.copy.wait(until: seconds)
            spread(nodes[name]!.hub.advance(to: now), from: name)
        }
        deliver()
    }

    private mutating func spread(_ outcome: Hub.Outcome, from name: Character) {
        let node = nodes[name]!
        let hub = node.hub
        var copy = node.copy
        copy.now = now
        copy.carryOut(
            copy.subscriber.heard(
                outcome.news.map(\.copied), from: 0, epoch: hub.epoch, sequence: hub.sequence, at: now))
        nodes[name]!.copy = copy
        beacon(name)
        var shared = hub.shared(outcome.news)
        for index in shared.indices where shared[index].signature == nil {
            shared[index].signature = Signature(bytes: Array(shared[index].cluster.id.utf8))
        }
        for friend in levels[name]!.keys.sorted() where !shared.isEmpty {
            waiting.append(Message(sender: name, receiver: friend, reports: shared))
        }
    }

    private mutating func beacon(_ name: Character) {
        let hub = nodes[name]!.hub
        let effects = nodes[name]!.copy.subscriber.heard(
            [], levels: hub.levels, from: 0, epoch: hub.epoch, sequence: hub.sequence, at: now)
        nodes[name]!.copy.carryOut(effects)
    }

    private mutating func deliver() {
        while !waiting.isEmpty {
            let message = waiting.remove(at: choose(waiting.count))
            let friend = cluster(message.sender)
            let (news, refused) = nodes[message.receiver]!.hub.sort(message.reports, from: friend, at: now)
            self.refused.merge(refused, uniquingKeysWith: +)
            let (outcome, full) = nodes[message.receiver]!.hub.take(news, from: friend, at: now)
            self.refused.merge(full, uniquingKeysWith: +)
            spread(outcome, from: message.receiver)
        }
    }

    // MARK: What came of it

    /// The clusters that ban it.
    func banning(_ text: String = "198.51.100.1") -> String {
        String(nodes.keys.sorted().filter { nodes[$0]!.copy.bannedLines.contains(text) })
    }

    func confidence(at name: Character, _ text: String = "198.51.100.1") -> Trust {
        let table = nodes[name]!.hub.table
        let reports = table.reports.filter { $0.subject.address == address(text) }
        let vouchers = Voucher.all(
            of: reports.map { $0.bounded(by: table.maximumBantime) }, levels: table.levels, at: now)
        return Confidence.of(vouchers.map(\.testimony))
    }
}

/// As a cluster would tell it that may make up what it wants.
func shared(
    _ text: String = "198.51.100.1", of name: Character, by hops: String, host: String = "x", trust: Trust = .full,
    version: Int64 = 1, until seconds: Double? = 600, lifted: Bool = false
) -> SharedReport {
    let report = report(text, version: version, until: seconds, lifted: lifted, host: host)
    return SharedReport(
        cluster: cluster(name), host: report.origin.host, source: .log, subject: report.subject, state: report.state,
        way: Way(trust: trust, hops: hops.map(cluster)), signature: Signature(bytes: [1, 2, 3, 4]))
}
