import BanModel

@testable import ClusterCore

/// A hub's core, and a subscriber's that keeps a copy of it over a wire that the test may cut.
struct CopyRig {
    var hub: HubRig
    var copy: SubscriberRig
    /// Whether broadcasts arrive.
    var isHeard = true
    /// Whether questions are answered.
    var isAnswered = true
    /// How many reports an answer may have.
    var most = 3
    /// What the hub was asked.
    var questions: [CopyQuestion] = []
    /// Reports that came in answers.
    var fetched = 0

    init(_ settings: Hub.Settings = HubRig.settings) {
        hub = HubRig(settings)
        copy = SubscriberRig(.log)
        copy.writes = true
    }

    /// Every report that is kept, on both sides.
    var held: (hub: Set<Report>, copy: Set<Report>) {
        (Set(hub.hub.reports), Set(copy.subscriber.replicaSnapshot(at: copy.now)))
    }

    mutating func wait(until seconds: Double) {
        hub.wait(until: seconds)
        copy.wait(until: seconds)
    }

    /// The hub takes these, and broadcasts what is news.
    mutating func report(_ reports: [Report], as host: String = "a") {
        hub.now = max(hub.now, copy.now)
        copy.now = hub.now
        let news = hub.report(reports, as: host).news
        if !news.isEmpty { broadcast(news) }
    }

    mutating func broadcast(_ news: [Report] = []) {
        guard isHeard else { return }
        copy.carryOut(
            copy.subscriber.heard(
                news, from: 0, epoch: hub.hub.epoch, sequence: hub.hub.sequence, at: copy.now))
        talk()
    }

    /// Asks and answers until the copy is in step.
    mutating func talk() {
        while isAnswered, let question = copy.subscriber.question(to: 0) {
            questions.append(question)
            let answer = hub.hub.answer(question, atMost: most)
            fetched += answer.entries.count
            copy.carryOut(copy.subscriber.answered(answer, from: 0, at: copy.now))
        }
    }

    /// The hub is started again, with what is on its disk.
    mutating func restartHub(with reports: Set<Report>? = nil) {
        let kept = reports ?? held.hub
        hub.hub = Hub(settings: HubRig.settings, epoch: hub.hub.epoch + 1)
        hub.hub.restore(Array(kept))
        _ = hub.hub.start(at: hub.now)
    }
}
