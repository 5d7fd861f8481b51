/// A reply that vouches for reports: it goes once they are on disk.
struct Reply: Sendable {
    /// The identity of who asked.
    var peer: [UInt8]
    var bytes: [UInt8]
    /// Who speaks the old form waits for the hub's word however long it takes.
    var isOldForm: Bool
}

/// When a request is answered.
enum Answer {
    case now([UInt8])
    /// Once all that was taken is on disk: so many reports were told.
    case onceStored([UInt8], isOldForm: Bool, count: Int)
    /// After what is quicker to answer.
    case later(LongQuestion)
}
