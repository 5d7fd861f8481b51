internal import BanModel

/// What a reader with this threshold concludes from the live reports on one address.
struct Decision: CustomStringConvertible {
    let address: Address
    let confidence: Trust
    /// Whether it reaches the threshold.
    let isBan: Bool
    /// When that stops being so; of what is pending, when the last report ends.
    let until: Timestamp

    /// - Parameter reports: on this address, each as it counts.
    /// - Returns: nil where none is live.
    init?(_ address: Address, _ reports: [Report], threshold: Trust, at now: Timestamp) {
        let live = reports.filter { $0.state.isLive(at: now) }.sorted { $0.state.until < $1.state.until }
        guard let last = live.last?.state.until else { return nil }
        self.address = address
        confidence = Confidence.of(live.map(\.testimony))
        isBan = confidence >= threshold
        let end = live.map(\.state.until).first { end in
            Confidence.of(live.filter { $0.state.isLive(at: end) }.map(\.testimony)) < threshold
        }
        until = isBan ? end ?? last : last
    }

    /// What follows the address in a sentence.
    var description: String {
        "is \(isBan ? "banned" : "pending") until \(until.text) UTC: confidence \(confidence)"
    }
}
