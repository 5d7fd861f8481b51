internal import BanModel
internal import Fail2Ban

/// What fail2ban's action leaves in the spool, a line a ban.
enum SpoolTarget: FuzzTarget {
    static let name = "spool"

    static func run(_ bytes: [UInt8]) {
        for line in lines(of: bytes) {
            switch SpoolLine(line) {
            case .empty: require(line.isEmpty, "a line that counts for none")
            case .refused(let reason): requirePlainReason(reason, "a line of the spool")
            case .ban(let ban):
                let seconds = ban.bantime.map { "\($0.components.seconds)" } ?? "-1"
                let micro = ban.time.microseconds
                let fraction = String(1_000_000 + micro % 1_000_000).dropFirst()
                let text = "ban \(ban.subject.jail) \(ban.subject.address) \(seconds) \(micro / 1_000_000).\(fraction)"
                requireSame(SpoolLine(Array(text.utf8)[...]), as: .ban(ban), text)
            }
        }
    }
}
