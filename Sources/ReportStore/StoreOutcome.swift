/// What the store's thread tells the hub's.
public enum StoreOutcome: Hashable, Sendable {
    /// All changes up to and with this ticket are on disk, and survive kill -9 and the loss of power.
    case stored(upTo: UInt64)
    /// The changes up to and with this ticket that were not stored before wait in memory, and are tried again.
    case failed(StoreError, upTo: UInt64)
    /// All is on disk, but changes could not be brought into the reports; that is tried again a minute later.
    case postponed(StoreError)
    /// The file was damaged or taken away, and an empty one is in its place: what was stored before is not in it.
    ///
    /// Whoever holds the reports in memory writes all of them again, and the notes. Changes that were waiting still are.
    case startedOver(StoreRestart)
}
