internal import BanModel

/// What was done about one placement as a ledger keeps it, in 32 bytes.
struct LedgerRow: AddressRow {
    let address: Address
    var step: LedgerRecord.Step
    /// The number of its ``Ledger/Owner``.
    var owner: UInt32
    /// Since when it may have been our doing.
    let since: Timestamp
}
