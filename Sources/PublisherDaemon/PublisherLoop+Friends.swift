internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import ClusterIdentity
internal import ClusterProtocol
internal import DaemonKit
internal import DequeModule
internal import HubClient
internal import LinuxSystem
internal import Logging
internal import ZeroMQ

/// What other hubs, of friends and twins, tell this one.
extension PublisherLoop {
    /// So long, in microseconds, what one friend tells is looked at in one turn: whoever asks the hub does not wait for more.
    private static let turn: Int64 = 2_000
    /// As many as share a signature or two.
    private static let part = 32

    /// Who the friends are from now on. One whose places are others is met anew; what he told stays.
    mutating func befriend(_ sections: [FriendSection]) throws(ZMQError) {
        guard let own = clusterKey?.cluster else { return }
        let secret = admission?.secret
        var sides: [FriendSide] = []
        for section in sections {
            if var known = friends.first(where: { $0.section == section }) {
                known.copy.beginAnew()
                sides.append(known)
            } else {
                let side = try FriendSide(section, own: own, secret: secret, context: context, at: wall())
                logger.notice(
                    side.isTwin ? "a twin" : "a friend",
                    metadata: [
                        "name": "\(section.name)", "cluster": "\(side.cluster)", "trustlevel": "\(section.level)",
                    ])
                sides.append(side)
            }
        }
        friends = sides
        // What a twin trusted when it was last heard counts until it says something else, or is none any more.
        let twins = Set(sides.filter(\.isTwin).map(\.section.name))
        for twin in twins.subtracting(hub.twins).sorted() {
            if let outcome = hub.adopt(keptLevels(of: twin), from: twin, at: wall()) { try tell(outcome) }
        }
        for twin in hub.twins.subtracting(twins).sorted() {
            if let outcome = hub.adopt([:], from: twin, at: wall()) { try tell(outcome) }
            keep([:], of: twin)
        }
        guard admission != nil else { return }
        let keys = sides.compactMap { side in
            side.section.key.map { ClientFile(key: $0, client: .friend(named: side.section.name.name, side.cluster)) }
        }
        if admission!.befriend(keys) { revoke() }
    }

    var friendsStatus: [FriendStatus] {
        friends.map { friend in
            FriendStatus(
                name: friend.section.name, cluster: friend.cluster, trust: friend.section.level.trust,
                isConnected: friend.greeted != nil, since: friend.since, lag: friend.copy.lag,
                taken: friend.copy.taken, refused: friend.copy.refused)
        }
    }

    /// A friend's hub has just spoken to this one: the road between them, that was cut perhaps, is open.
    func hurryFriend(_ host: Host) {
        for friend in friends where friend.cluster.id == host.name {
            friend.feed.hurry(at: SystemClock.monotonic())
        }
    }

    // MARK: What a friend tells

    /// Until a friend is to be asked, or greeted, unasked; monotonic microseconds.
    var friendsDeadline: Int64? {
        friends.compactMap { friend in
            friend.waiting.isEmpty ? [friend.feed.deadline, friend.watch.next].compactMap { $0 }.min() : 0
        }.min()
    }

    mutating func talkToFriends() throws(ZMQError) {
        for index in friends.indices { try talk(to: index) }
    }

    private mutating func talk(to index: Int) throws(ZMQError) {
        guard let own = clusterKey?.cluster, let name = Host(own.id) else { return }
        let now = SystemClock.monotonic()
        let feed = friends[index].feed
        let hello = Hello(host: name, instance: nil, token: nil).bytes
        if friends[index].waiting.isEmpty {
            friends[index].waiting += try feed.work(at: now, hello: { hello }).map { .event($0) }
        }
        while let word = friends[index].waiting.popFirst() {
            try take(word, from: index)
            if SystemClock.monotonic() - now > Self.turn { break }
        }
        guard friends[index].waiting.isEmpty else { return }
        if friends[index].watch.takeDue(at: now) != nil { friends[index].copy.catchUp() }
        guard feed.isIdle, friends[index].underway == nil else { return }
        if let greeted = friends[index].greeted, now - greeted >= HubFeed.greetingPause {
            try feed.greetAgain(hello, at: now)
        } else if let question = friends[index].copy.question {
            let request = SyncRequest(
                asker: Asker(host: name, token: nil), question: question,
                audience: friends[index].isTwin ? .twins : .friends)
            if try feed.ask(request.bytes, at: now) { friends[index].underway = .reports }
        } else if friends[index].wantsKeys {
            let request = KeysRequest(asker: Asker(host: name, token: nil), after: friends[index].keysAfter)
            if try feed.ask(request.bytes, at: now) { friends[index].underway = .keys }
        }
    }

    private mutating func take(_ word: FriendsWord, from index: Int) throws(ZMQError) {
        switch word {
        case .event(let event): try take(event, from: index)
        case .reports(let reports): try take(reports, from: index)
        case .twinsReports(let reports): try take(fromTwin: reports, index)
        case .answered(let answer): answered(answer, own: ReportBuckets(), index)
        case .twinAnswered(let answer): answered(answer, own: hub.twinBuckets, index)
        }
    }

    /// These come next, part by part, and then this.
    private mutating func wait<Entry>(
        _ reports: [Entry], in index: Int, as word: ([Entry]) -> FriendsWord, then last: FriendsWord? = nil
    ) {
        let parts = stride(from: 0, to: reports.count, by: Self.part).map {
            word(Array(reports[$0..<min($0 + Self.part, reports.count)]))
        }
        friends[index].waiting.prepend(contentsOf: parts + (last.map { [$0] } ?? []))
    }

    private mutating func take(_ event: HubFeed.Event, from index: Int) throws(ZMQError) {
        let name = friends[index].section.name
        switch event {
        case .joined: friends[index].copy.joined()
        case .unheard:
            complaints.say("unheard \(name)", "a friend does not let us listen", ["friend": "\(name)"])
        case .shared(let broadcast):
            _ = friends[index].watch.heard(at: SystemClock.monotonic())
            friends[index].copy.heard(broadcast.count, epoch: broadcast.epoch, upTo: broadcast.sequence)
            wait(broadcast.reports, in: index, as: { .reports($0) })
        case .broadcast(let broadcast):
            _ = friends[index].watch.heard(at: SystemClock.monotonic())
            friends[index].copy.heard(broadcast.reports.count, epoch: broadcast.epoch, upTo: broadcast.sequence)
            wait(broadcast.reports, in: index, as: { .twinsReports($0) })
            if broadcast.reports.isEmpty {
                try adopt(broadcast.levels, from: name)
                if let keys = broadcast.keys, admission != nil, keys != register.digest {
                    friends[index].wantsKeys = true
                }
            }
        case .announcement: break  // not asked for
        case .dropped(let reason):
            complaints.say(
                "friend's message \(name)", "a friend's message was dropped",
                ["friend": "\(name)", "reason": "\(reason)"])
        case .greeted(let greeting, _):
            friends[index].underway = nil
            if friends[index].greeted == nil {
                friends[index].since = wall()
                logger.notice("a friend answers", metadata: ["friend": "\(name)"])
            }
            friends[index].greeted = SystemClock.monotonic()
            friends[index].copy.greeted()
            if let greeting {
                if friends[index].isTwin { try adopt(greeting.levels, from: name) }
                friends[index].wantsKeys = friends[index].isTwin && admission != nil
            } else {
                unusable("a hub of the old form has no friends", index)
            }
            friends[index].watch.answered(at: SystemClock.monotonic())
        case .reply(let bytes):
            if friends[index].underway == .keys {
                try take(KeysReply(bytes), from: index)
            } else if friends[index].isTwin {
                take(SyncReply<Report>(bytes), from: index, as: { .twinsReports($0) }, then: { .twinAnswered($0) })
            } else {
                take(SyncReply<SharedReport>(bytes), from: index, as: { .reports($0) }, then: { .answered($0) })
            }
        case .lost(let reason):
            if friends[index].greeted != nil { friends[index].since = wall() }
            (friends[index].underway, friends[index].greeted, friends[index].keysAfter) = (nil, nil, nil)
            friends[index].watch.lost()
            complaints.say(
                "friend \(name) \(reason)", "a friend cannot be asked", ["friend": "\(name)", "reason": "\(reason)"])
        }
    }

    /// First what an answer brings: what is then compared has it.
    private mutating func take<Entry>(
        _ reply: SyncReply<Entry>, from index: Int, as word: ([Entry]) -> FriendsWord,
        then last: (CopyAnswer<Entry>) -> FriendsWord
    ) {
        switch reply {
        case .answer(let answer):
            wait(answer.entries, in: index, as: word, then: last(answer))
            return
        case .refusal(let refusal): unusable("he refuses us: \(refusal)", index)
        case .nonsense: unusable("he answered nonsense", index)
        }
        friends[index].underway = nil
    }

    private mutating func answered(_ answer: CopyAnswer<some Any>, own: ReportBuckets, _ index: Int) {
        friends[index].underway = nil
        let question = friends[index].copy.question
        friends[index].copy.answered(answer, own: own)
        guard question == nil || friends[index].copy.question != question else {
            return unusable("he answered nothing", index)
        }
        friends[index].feed.isWell()
    }

    private mutating func take(fromTwin reports: [Report], _ index: Int) throws(ZMQError) {
        guard !reports.isEmpty else { return }
        let (outcome, refused) = hub.take(fromTwin: reports, at: wall())
        friends[index].copy.note(taken: outcome.news.count, refused: refused)
        complain(refused, of: index)
        try tell(outcome)
    }

    mutating func unusable(_ reason: String, _ index: Int) {
        let name = friends[index].section.name
        complaints.say(
            "friend's reply \(name)", "what a friend knows is asked for later",
            ["friend": "\(name)", "reason": "\(reason)"])
        friends[index].feed.rest(at: SystemClock.monotonic())
    }

    /// Each signature of news is looked at once; what is wrong is counted, and said once in a while.
    private mutating func take(_ reports: [SharedReport], from index: Int) throws(ZMQError) {
        guard !reports.isEmpty else { return }
        let friend = friends[index].cluster
        var (news, refused) = hub.sort(reports, from: friend, at: wall())
        let count = news.count
        news.removeAll { !check.isRight($0) }
        if news.count < count { refused[.badSignature, default: 0] += count - news.count }
        let (outcome, full) = hub.take(news, from: friend, at: wall())
        refused.merge(full, uniquingKeysWith: +)
        friends[index].copy.note(taken: outcome.news.count, refused: refused)
        complain(refused, of: index)
        try tell(outcome)
    }

    private mutating func complain(_ refused: [FriendRefusal: Int], of index: Int) {
        let name = friends[index].section.name
        for (refusal, count) in refused.sorted(by: { $0.key < $1.key }) where refusal != .isOurs {
            complaints.say(
                "friend's report \(name) \(refusal)", "a friend's report is not taken: it \(refusal.reason)",
                ["friend": "\(name)", "count": "\(count)"])
        }
    }
}
