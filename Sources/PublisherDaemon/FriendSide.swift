internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import ClusterIdentity
internal import DequeModule
internal import HubClient
internal import LinuxSystem
internal import ZeroMQ

/// What a friend has told that has not been looked at yet.
enum FriendsWord {
    case event(HubFeed.Event)
    /// A part of a message.
    case reports([SharedReport])
    case twinsReports([Report])
    /// All that came with it is taken.
    case answered(CopyAnswer<SharedReport>)
    case twinAnswered(CopyAnswer<Report>)
}

/// One friend's hub, or a twin: what it was asked, and what has come of what it told.
struct FriendSide {
    let section: FriendSection
    let cluster: Cluster
    /// Whether it is another hub of our own cluster.
    let isTwin: Bool
    let feed: HubFeed
    var copy = FriendCopy()
    /// In the order in which it is to be looked at. While there is any, nothing more is read: a friend waits for himself.
    var waiting = Deque<FriendsWord>()
    /// What he is asked and has not answered yet.
    enum Underway {
        /// ``FriendCopy/question``
        case reports
        /// A twin's.
        case keys
    }

    var underway: Underway?
    /// A twin may know of other authorised keys than this hub, and after which name of what he has told already.
    var wantsKeys = false
    var keysAfter: String?
    /// When he last answered a hello, in monotonic microseconds; nil: not on this connection.
    var greeted: Int64?
    /// Since when he is there, or away, by the wall clock.
    var since: Timestamp
    var watch = BroadcastWatch()

    /// - Parameter secret: this hub's own key, by which the friend's knows it; nil: in the clear.
    init(
        _ section: FriendSection, own: Cluster, secret: SecretKey?, context: Context, at now: Timestamp
    ) throws(ZMQError) {
        self.section = section
        cluster = Cluster(key: section.clusterKey)
        isTwin = cluster == own
        since = now
        feed = try HubFeed(
            context: context, broadcasts: "\(section.broadcastEndpoint)", replies: "\(section.replyEndpoint)",
            curve: CurveClient(secret: secret, server: section.key), as: isTwin ? .twins : .friends,
            at: SystemClock.monotonic())
    }
}
