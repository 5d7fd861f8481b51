internal import BanModel

/// What somebody does, or what goes wrong, at one moment among friends. Lengths are in microseconds.
enum FriendStep: Hashable, Sendable {
    case ban(cluster: Int, host: Int, jail: Int, address: Int, length: Int64)
    case lift(cluster: Int, host: Int, jail: Int, address: Int)
    case pardon(FriendGraph.Place, address: Int)
    /// - Parameter number: of those things that can be told in such a way, which.
    case lie(FriendGraph.Place, Lie, address: Int, number: Int)
    case trust(cluster: Int, friend: Int, Trust)
    case kill(FriendGraph.Place, down: Int64)
    case cut(FriendGraph.Link, length: Int64)
    /// Broadcasts between these two are lost.
    case deafen(FriendGraph.Link, length: Int64)

    enum Lie: String, Hashable, Sendable, CaseIterable {
        case forgedLift = "forges a lift"
        case altered = "alters a report"
        case replayed = "tells what is old"
        case aroundUs = "tells it as if it had come through a friend's friend"
        case madeUpClusters = "makes up clusters"
        case madeUpHosts = "makes up hosts"
        case future = "tells of the future"
    }
}

extension FriendStep: CustomStringConvertible {
    var description: String {
        switch self {
        case .ban(let cluster, let host, let jail, let address, let length):
            "c\(cluster): h\(host) bans \(World.address(address)) in \(World.jail(jail)) for \(seconds(length))"
        case .lift(let cluster, let host, let jail, let address):
            "c\(cluster): h\(host) lifts \(World.address(address)) in \(World.jail(jail))"
        case .pardon(let place, let address): "\(place): \(World.address(address)) is pardoned"
        case .lie(let place, let lie, let address, let number):
            "\(place) \(lie.rawValue): \(World.address(address)), \(number)"
        case .trust(let cluster, let friend, let level): "c\(cluster) trusts c\(friend) \(level)"
        case .kill(let place, let down): "\(place) is killed, down for \(seconds(down))"
        case .cut(let link, let length): "\(link) are cut off from each other for \(seconds(length))"
        case .deafen(let link, let length): "\(link) do not hear each other for \(seconds(length))"
        }
    }
}
