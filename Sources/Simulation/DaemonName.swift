/// One of the daemons of the simulated cluster.
enum DaemonName: Hashable, Sendable, CustomStringConvertible {
    case monitor(Int)
    case subscriber(Int)
    case hub(Int)

    var description: String {
        switch self {
        case .monitor(let host): "the monitor of h\(host)"
        case .subscriber(let host): "the subscriber of h\(host)"
        case .hub(let hub): "hub \(hub)"
        }
    }
}
