internal import BanModel
internal import ClusterCore
internal import ClusterIdentity
internal import ClusterProtocol
internal import ZeroMQ

/// What friends' hubs and twins hear of this one.
extension PublisherLoop {
    /// Tells friends what is news, so many changes a message; none: a sign of life.
    mutating func share(_ news: [Report]) throws(ZMQError) {
        guard let clusterKey else { return }
        var sequence = hub.sequence - UInt64(news.count)
        var rest = news[...]
        repeat {
            let part = rest.prefix(SharedBroadcast.mostReports)
            rest = rest.dropFirst(part.count)
            var left = clusterKey.signed(hub.shared(part))[...]
            repeat {
                let piece = left.prefix(SharedBroadcast.mostReports)
                left = left.dropFirst(piece.count)
                let count = left.isEmpty ? part.count : 0
                let shared = SharedBroadcast(
                    epoch: hub.epoch, sequence: sequence + UInt64(count), count: count, reports: Array(piece))
                _ = try broadcasts.send(shared.bytes)
            } while !left.isEmpty
            sequence += UInt64(part.count)
            guard friends.contains(where: \.isTwin) else { continue }
            let whole = Broadcast(
                epoch: hub.epoch, sequence: sequence, reports: Array(part),
                levels: part.isEmpty ? hub.ownLevels : [:],
                keys: part.isEmpty && admission != nil ? register.digest : nil)
            _ = try broadcasts.send(whole.bytes(to: .twins))
        } while !rest.isEmpty
    }

    /// What a friend, or a twin, asks to catch up.
    func answerHub(_ request: SyncRequest) -> [UInt8] {
        guard let clusterKey else { return HubRefusal(.later, "this hub has no clusterkey, and no friends").bytes }
        let question = request.question
        if request.audience == .twins {
            guard request.asker.host.name == clusterKey.cluster.id else {
                return HubRefusal(.later, "that is for the hubs of this cluster").bytes
            }
            return SyncReply.answer(hub.wholeAnswer(question, atMost: SyncBounds.mostShared)).bytes
        }
        let answer = hub.answerFriend(question, atMost: SyncBounds.mostShared).map { clusterKey.signed($0) }
        return SyncReply.answer(answer).bytes
    }
}
