internal import BanModel

/// What the claims on an address add up to.
extension ReportTable {
    /// Until when the confidence is at or above a threshold; nil where it is not now.
    ///
    /// - Parameter counts: whether a claim does.
    func end(
        of address: Address, reaching threshold: Trust, at now: Timestamp, where counts: (Claim) -> Bool
    ) -> Timestamp? {
        let reports = claims(on: address).filter(counts).map {
            Report(
                origin: $0.origin, subject: Subject($0.jail, address),
                state: $0.origin.bounded($0.state, by: maximumBantime), way: $0.way)
        }
        return Voucher.end(of: Voucher.all(of: reports, levels: levels, at: now), reaching: threshold)
    }
}
