internal import BanModel
internal import ClusterIdentity
internal import Crypto

/// Reports that are signed, and whose signatures are looked at, a second; each signature is shared by sixteen.
enum SignatureRate {
    private static let shared = 16
    private static let count = 160 * shared

    /// What the library alone needs for as many.
    static var bare: Series {
        let key = Curve25519.Signing.PrivateKey()
        let text = [UInt8](repeating: 7, count: 60)
        guard let signature = try? key.signature(for: text) else { preconditionFailure("a key signs") }
        return Stopwatch.rate {
            for _ in 0..<count / shared where !key.publicKey.isValidSignature(signature, for: text) {
                preconditionFailure("it is its own")
            }
            return count
        }
    }

    static var bareSigning: Series {
        let key = Curve25519.Signing.PrivateKey()
        let text = [UInt8](repeating: 7, count: 60)
        return Stopwatch.rate {
            for _ in 0..<count / shared where (try? key.signature(for: text)) == nil {
                preconditionFailure("a key signs")
            }
            return count
        }
    }

    static func signed(_ reports: [SharedReport], by key: ClusterKey) -> Series {
        Stopwatch.rate {
            var fresh = reports
            key.sign(&fresh)
            return fresh.count
        }
    }

    static func checked(_ reports: [SharedReport]) -> Series {
        Stopwatch.rate {
            var check = SignatureCheck()
            for report in reports where !check.isRight(report) { preconditionFailure("it is its cluster's own") }
            return reports.count
        }
    }

    /// As a hub tells them that made them.
    static func unsigned(_ reports: [Report], by cluster: BanModel.Cluster) -> [SharedReport] {
        reports.prefix(count).map {
            SharedReport(
                cluster: cluster, host: $0.origin.host, source: $0.origin.source, subject: $0.subject, state: $0.state,
                way: Way(trust: .full, hops: [cluster]), signature: nil)
        }
    }
}
