internal import BanModel

/// What was done about one placement as a ledger keeps it, in 40 bytes.
struct LedgerRow: AddressRow {
    let address: Address
    var step: LedgerRecord.Step
    /// The number of its jail.
    let jail: UInt32
    /// Since when it may have been our doing.
    let since: Timestamp
    /// The number of the host for whom it was banned; nil: nobody was named.
    var host: UInt32?
}
