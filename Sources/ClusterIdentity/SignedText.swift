internal import BanModel
internal import Crypto

/// What exactly is signed (docs/protocol.md, "Signatures").
enum SignedText {
    /// What a leaf, a node and a signature are made of begins differently, so that none can be taken for another.
    private static let (reportTag, nodeTag, batchTag) = (
        "fail2ban-cluster report 1\n", "fail2ban-cluster node 1\n", "fail2ban-cluster batch 1\n"
    )

    typealias Hash = [UInt8]

    /// Of a report: never of the way that it came, which changes from hop to hop.
    static func leaf(of report: SharedReport) -> Hash {
        let state = report.state
        var text = Array(reportTag.utf8)
        text.reserveCapacity(250)
        report.cluster.append(to: &text)
        text += " \(report.host) \(report.source.rawValue) \(report.subject.jail) ".utf8
        report.subject.address.append(to: &text)
        for number in [state.version, state.until.microseconds, state.forget.microseconds] {
            text.append(UInt8(ascii: " "))
            text.append(decimal: number)
        }
        text += (state.isLifted ? " lifted" : " banned").utf8
        return Array(SHA256.hash(data: text))
    }

    static func node(_ left: Hash, _ right: Hash) -> Hash {
        Array(SHA256.hash(data: Array(nodeTag.utf8) + left + right))
    }

    /// - Parameter count: of the leaves under the root.
    static func batch(_ root: Hash, count: Int) -> [UInt8] { Array("\(batchTag)\(count) ".utf8) + root }
}
