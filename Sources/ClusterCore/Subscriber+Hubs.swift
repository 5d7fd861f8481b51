public import BanModel

/// What the hubs say, and what they are asked.
///
/// All of them are heard at once, and all that they say is merged: where one is gone, nothing is to be done.
extension Subscriber {
    /// A hub that took longer to answer says nothing about the difference of the clocks.
    private static let promptAnswer = Duration.seconds(1)

    /// The connection to this hub's broadcasts is new: some may have been missed.
    public mutating func joined(_ hub: Int) { copies[hub].begin() }

    /// This hub's broadcasts do not arrive: it is asked what there was, unless it is being asked.
    public mutating func catchUp(with hub: Int) {
        if copies[hub].isInStep { copies[hub].begin() }
    }

    /// A hub has answered our hello.
    ///
    /// - Parameter asked: when the hello was sent.
    public mutating func greeted(
        _ greeting: HubGreeting, by hub: Int, asked: Timestamp, at now: Timestamp
    ) -> [Effect] {
        let (longest, offset) = (replica.maximumBantime, clockOffset)
        maximumBantimes[hub] = greeting.maximumBantime
        replica.bound(by: maximumBantimes.values.max() ?? longest, at: hubTime(now))
        if asked <= now, now - asked <= Self.promptAnswer {
            compareClocks(greeting.time, of: hub, at: now)
        }
        if offset != clockOffset {
            for hub in copies.indices { copies[hub].beginAnew() }
        }
        if replica.maximumBantime != longest || offset != clockOffset { reviewAll(at: now) }
        trust(greeting.levels, at: now)
        return finish(at: now)
    }

    /// Our own clock was set by so much more than the time that has passed.
    public mutating func clockStepped(by step: Duration, at now: Timestamp) -> [Effect] {
        guard !maximumBantimes.isEmpty else { return finish(at: now) }  // no hub has told its time
        let judged = hubTime(now - step)
        hubClocks.step(by: step, at: now)
        clock.begin(at: now, doubting: nil)
        // By a clock that was ahead, and that no hub had put right, something may have been forgotten too early.
        if hubTime(now) < judged { for hub in copies.indices { copies[hub].beginAnew() } }
        waitNoLonger(at: now)
        reviewAll(at: now)
        return finish(at: now)
    }

    private mutating func compareClocks(_ theirs: Timestamp, of hub: Int, at now: Timestamp) {
        let difference = theirs - now
        let isNew = hubClocks.learn(difference, from: hub, at: now)
        let isFollowed = hubClocks.isFollowed(hub)
        // Two clocks that say the same need not be doubted.
        if isFollowed { clock.confirm() }
        if isNew { emit(.note(.clockDiffers(hub: hub, by: difference, isFollowed: isFollowed))) }
    }

    /// A hub broadcast these, or none, as a sign of life; the last one is its change of this number.
    public mutating func heard(
        _ reports: [Report], levels: [Cluster: Trust] = [:], from hub: Int, epoch: UInt64, sequence: UInt64,
        at now: Timestamp
    ) -> [Effect] {
        if !levels.isEmpty { trust(levels, at: now) }
        take(reports, at: now)
        copies[hub].heard(reports.count, epoch: epoch, upTo: sequence)
        return finish(at: now)
    }

    /// How far a hub trusts its friends: so far they are trusted here, whichever hub said it last. Of whom it says nothing,
    /// another hub may have said something.
    private mutating func trust(_ levels: [Cluster: Trust], at now: Timestamp) {
        let news = FriendLevel.all(levels).filter { replica.trust($0) }
        for level in news { emit(.trust(level)) }
        if !news.isEmpty { reviewAll(at: now) }
    }

    /// What this hub is to be asked next; nil while the copy is in step with it.
    public func question(to hub: Int) -> CopyQuestion? { copies[hub].question }

    /// The hub's answer to ``question(to:)``.
    public mutating func answered(_ answer: CopyAnswer<Report>, from hub: Int, at now: Timestamp) -> [Effect] {
        take(answer.entries, at: now)
        copies[hub].answered(answer, own: replica.table.buckets)
        if copies[hub].isInStep { emit(.note(.inStep(hub: hub, reports: replica.count))) }
        return finish(at: now)
    }

    /// How far this host is with this hub's changes; nil: it was never in step with it.
    public func progress(for hub: Int) -> CopyProgress? {
        guard let stream = copies[hub].stream else { return nil }
        let obeyed = obedience.obeyed[hub].flatMap { $0.epoch == stream.epoch ? $0.sequence : nil }
        return CopyProgress(epoch: stream.epoch, held: stream.sequence, obeyed: obeyed ?? 0)
    }

    private mutating func take(_ reports: [Report], at now: Timestamp) {
        let hubTime = hubTime(now)
        for report in reports where replica.isKept(report, at: hubTime) {
            guard replica.count < Self.limit else {
                emit(.note(.full))
                return
            }
            take(report, at: now)
        }
    }

    mutating func noteObedience() {
        let places = copies.lazy.map { $0.stream.map { Obedience.Place(epoch: $0.epoch, sequence: $0.sequence) } }
        if obedience.isSettled(at: places) { return }
        var oldest = min(waiting.oldest ?? .max, underway?.number ?? .max)
        for lane in paused.isEmpty ? [] : Array(waiting.inLanes) { oldest = min(oldest, paused[lane]?.number ?? .max) }
        obedience.note(Array(places), next: waiting.nextNumber, oldest: oldest)
    }
}
