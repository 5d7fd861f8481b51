/// Why a command could not do what it was asked to: what, where, and what to do about it.
struct Failure: Error, Hashable, CustomStringConvertible {
    var description: String
    /// The hub is of the old form: who only reports or listens can do with it.
    var isOldHub = false

    init(_ description: String, isOldHub: Bool = false) {
        self.description = description
        self.isOldHub = isOldHub
    }
}
