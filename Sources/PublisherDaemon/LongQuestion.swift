internal import ClusterProtocol

/// A question whose answer is long, or takes a look at much: it is answered after what is quicker.
enum LongQuestion: Sendable {
    case sync(SyncRequest)
    case keys(KeysRequest)
    case held(HeldRequest)
    case status(StatusRequest)
    case show(ShowRequest)
}
