/// Why the database was begun anew, and where the old one is.
public struct StoreRestart: Hashable, Sendable, CustomStringConvertible {
    /// What was wrong with the old one.
    public let error: StoreError
    /// Its new name, beside the old one; nil where there was no file left to be moved aside.
    public let aside: String?

    public var description: String {
        let began = "\(error.path): \(error.reason); an empty database was begun"
        guard let aside else { return began }
        return "\(began), and the damaged one is kept as \(aside) (sqlite3 \(aside) .recover shows what is left of it)"
    }
}
