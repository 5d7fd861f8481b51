internal import DequeModule

/// Up to which change of each hub all has been obeyed.
///
/// What waits to be done is numbered as it comes: a change is obeyed once all that had a number by then is done.
struct Obedience: Sendable {
    /// Where a copy is in its hub's changes.
    struct Place: Hashable, Sendable {
        var epoch: UInt64
        var sequence: UInt64
    }

    private struct Mark: Sendable {
        /// What came with these places has lower numbers.
        var number: UInt64
        var places: [Place?]
    }

    /// More marks are not kept: the last one then stands for what comes after it.
    private static let most = 64

    /// Up to where all has been obeyed; nil: a copy that was never in step.
    private(set) var obeyed: [Place?]
    private var marks = Deque<Mark>()

    init(hubs: Int) { obeyed = Array(repeating: nil, count: hubs) }

    /// Whether the copies are where they were when all had been obeyed, so that there is nothing to note.
    func isSettled(at places: some Sequence<Place?>) -> Bool { marks.isEmpty && obeyed.elementsEqual(places) }

    /// The copies are at these places.
    ///
    /// - Parameters:
    ///   - next: the number of what waits next.
    ///   - oldest: the lowest number of what is not done; nil: all is.
    mutating func note(_ places: [Place?], next: UInt64, oldest: UInt64?) {
        if let last = marks.last, last.number == next || marks.count == Self.most {
            marks[marks.count - 1] = Mark(number: next, places: places)
        } else if marks.last?.places != places, !(marks.isEmpty && obeyed == places) {
            marks.append(Mark(number: next, places: places))
        }
        while let first = marks.first, first.number <= oldest ?? .max {
            obeyed = first.places
            marks.removeFirst()
        }
    }
}
