/// What Python's pickle wrote, read as plain data: nothing in it is run, and a class is no more than its name.
///
/// A value may stand in many places, even within itself. So it is kept flat, as nodes that name each other by number, and
/// is looked at from the ``root`` on, as deep as the reader wants.
struct Pickle: Sendable {
    enum Node: Sendable {
        case none
        case truth(Bool)
        case integer(Int64)
        /// Whole, and too large for 64 bits.
        case hugeInteger
        case real(Double)
        case text(Place)
        case bytes(Place)
        /// What is in it stands in a group of its own, which may grow.
        case list(group: Int32)
        case tuple(group: Int32)
        case set(group: Int32)
        /// Keys and values in turn.
        case dictionary(group: Int32)
        /// A class, or a function, by its name.
        case global(module: Int32, name: Int32)
        /// What that would have made of these arguments.
        case object(of: Int32, arguments: Int32)
        /// What only the server's own program could make sense of.
        case opaque
    }

    /// Where a text's bytes are.
    struct Place: Sendable {
        var start: UInt32
        var count: UInt32
        /// Not as they came, since they had escapes in them.
        var isRewritten = false
    }

    private let bytes: [UInt8]
    private let rewritten: [UInt8]
    let nodes: [Node]
    let groups: [[Int32]]
    private let top: Int32

    init(bytes: [UInt8], rewritten: [UInt8], nodes: [Node], groups: [[Int32]], top: Int32) {
        self.bytes = bytes
        self.rewritten = rewritten
        self.nodes = nodes
        self.groups = groups
        self.top = top
    }

    var root: PickledValue { PickledValue(pickle: self, index: top) }

    func text(at place: Place) -> ArraySlice<UInt8> {
        (place.isRewritten ? rewritten : bytes)[Int(place.start)..<Int(place.start + place.count)]
    }
}
