internal import BanModel
internal import ClusterCore
internal import HubClient

/// One hub, what it was asked, and what it was told.
struct HubSide {
    /// The request that the hub has not answered yet.
    enum Underway {
        case nothing
        case question(CopyQuestion)
        case progress(CopyProgress)
    }

    let feed: HubFeed
    var underway = Underway.nothing
    /// What the hub knows of our progress, and since when, in monotonic microseconds.
    var told: (progress: CopyProgress, at: Int64)?
    /// When a sign of life was last heard that is worth one of ours.
    var beacon: Int64 = 0

    /// When it last answered a hello, in monotonic microseconds; nil: not on this connection.
    var greeted: Int64?
    var watch = BroadcastWatch()

    init(feed: HubFeed) { self.feed = feed }
}
