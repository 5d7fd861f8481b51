internal import BanModel

/// What a reader with this threshold concludes from the live reports on one address.
struct Decision: CustomStringConvertible {
    let address: Address
    let confidence: Trust
    /// Whether it reaches the threshold.
    let isBan: Bool
    /// When that stops being so; of what is pending, when the last report ends.
    let until: Timestamp

    /// - Parameters:
    ///   - reports: on this address, each as it counts.
    ///   - levels: how far each friend is trusted.
    /// - Returns: nil where none is live.
    init?(_ address: Address, _ reports: [Report], levels: [Cluster: Trust] = [:], threshold: Trust, at now: Timestamp)
    {
        let vouchers = Voucher.all(of: reports, levels: levels, at: now)
        guard let last = vouchers.map(\.until).max() else { return nil }
        self.address = address
        confidence = Confidence.of(vouchers.map(\.testimony))
        let end = Voucher.end(of: vouchers, reaching: threshold)
        isBan = end != nil
        until = end ?? last
    }

    /// What follows the address in a sentence.
    var description: String {
        "is \(isBan ? "banned" : "pending") until \(until.text) UTC: confidence \(confidence)"
    }
}
