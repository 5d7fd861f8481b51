internal import BanModel

/// What a hub is asked.
enum HubRequest {
    /// - Parameter instance: of a monitor; nil: a subscriber asks.
    case hello(Host, Instance?)
    case reports([Report], from: Host, Instance)
    case held(HeldQuestion, of: Host, Instance)
    case copy(CopyQuestion)
    case disallow(Address)
}

/// What it answers.
enum HubReply {
    case greeting(HubGreeting)
    case taken(epoch: UInt64, except: [Int: HubRefusal])
    case held(HeldAnswer)
    case answer(CopyAnswer<Report>)
    /// So many reports.
    case disallowed(Int)
    case refused(HubRefusal)
}
