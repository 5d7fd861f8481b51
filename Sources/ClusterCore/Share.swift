internal import BanModel

/// Who may fill how much of a hub's memory.
///
/// What a friend says himself has room of its own, and no neighbour of his can fill more than a half of the rest: whom we do
/// not know keeps nobody's word from us by saying much.
enum Share {
    case host(Origin)
    case said(by: Cluster)
    case passedOn(by: Cluster)
    case neighbour(ReportTable.Passage)

    /// All that a report needs room in.
    static func all(of report: Report) -> [Share] {
        guard let passage = ReportTable.Passage(report.origin, report.way) else { return [.host(report.origin)] }
        return passage.neighbour == nil
            ? [.said(by: passage.friend)] : [.passedOn(by: passage.friend), .neighbour(passage)]
    }

    /// One of so many parts of what one host, or one friend, may fill.
    var part: Int {
        switch self {
        case .host, .said, .passedOn: 1
        case .neighbour: 2
        }
    }

    func count(in table: ReportTable) -> Int {
        switch self {
        case .host(let origin): return table.summary(of: origin).count
        case .said(let friend): return Self.said(by: friend, in: table)
        case .passedOn(let friend): return (table.countsByFriend[friend] ?? 0) - Self.said(by: friend, in: table)
        case .neighbour(let passage): return table.countsByPassage[passage] ?? 0
        }
    }

    private static func said(by friend: Cluster, in table: ReportTable) -> Int {
        table.countsByPassage[ReportTable.Passage(friend: friend, neighbour: nil)] ?? 0
    }

    func count(on address: Address, in table: ReportTable) -> Int {
        table.count(on: address) { origin, way in
            let passage = ReportTable.Passage(origin, way)
            return switch self {
            case .host(let own): origin.isOwn(own.host)
            case .said(let friend): passage?.friend == friend && passage?.neighbour == nil
            case .passedOn(let friend): passage?.friend == friend && passage?.neighbour != nil
            case .neighbour(let wanted): passage == wanted
            }
        }
    }
}

extension Share: CustomStringConvertible {
    /// Before "has so many reports here".
    var description: String {
        switch self {
        case .host(let origin): origin.host.name
        case .said(let friend): friend.id
        case .passedOn(let friend): "what others gave \(friend)"
        case .neighbour(let passage): "what \(passage.neighbour?.id ?? "") gave \(passage.friend)"
        }
    }
}
