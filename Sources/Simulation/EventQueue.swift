/// What is to happen when, in the order of time, and at one time in the order in which it was asked for.
///
/// A heap of plain numbers: what is done lies beside it and stays where it is, so that sifting counts no references.
struct EventQueue {
    private struct Entry {
        var time: Int64
        var order: Int
        var place: Int

        func comes(before other: Entry) -> Bool {
            time < other.time || time == other.time && order < other.order
        }
    }

    /// An enum of its own: a bare function in an array costs an allocation each way.
    enum Event {
        case call(() -> Void)
        /// What is asked for most.
        case wake(SimulatedDaemon, number: Int)
    }

    private var heap: [Entry] = []
    /// In the order of their times, of which so many have passed.
    private var line: [Entry] = []
    private var passed = 0
    private var events: [Event?] = []
    private var freePlaces: [Int] = []
    private var order = 0

    /// When the first is due; nil: nothing is to happen.
    var nextTime: Int64? {
        guard passed < line.count else { return heap.first?.time }
        return min(line[passed].time, heap.first?.time ?? .max)
    }

    mutating func add(at time: Int64, _ event: Event) { rise(entry(time, event)) }

    /// What comes in the order of its times need not be sorted in.
    mutating func addInLine(at time: Int64, _ event: Event) {
        precondition(line.last.map { $0.time <= time } ?? true)
        line.append(entry(time, event))
    }

    private mutating func entry(_ time: Int64, _ event: Event) -> Entry {
        order += 1
        let place: Int
        if let free = freePlaces.popLast() {
            place = free
            events[place] = event
        } else {
            place = events.count
            events.append(event)
        }
        return Entry(time: time, order: order, place: place)
    }

    /// Puts it at the end, and then as far up as it belongs.
    private mutating func rise(_ entry: Entry) {
        heap.append(entry)
        heap.withUnsafeMutableBufferPointer { heap in
            var index = heap.count - 1
            while index > 0, entry.comes(before: heap[(index - 1) / 2]) {
                heap[index] = heap[(index - 1) / 2]
                index = (index - 1) / 2
            }
            heap[index] = entry
        }
    }

    /// Takes out the first; there must be one.
    mutating func removeFirst() -> Event {
        let place: Int
        if passed < line.count, heap.first.map({ line[passed].comes(before: $0) }) ?? true {
            place = line[passed].place
            passed += 1
        } else {
            place = heap[0].place
            let last = heap.removeLast()
            if !heap.isEmpty { sift(last) }
        }
        freePlaces.append(place)
        guard let event = events[place].take() else { preconditionFailure("an entry without its event") }
        return event
    }

    /// Puts it where the first was, and then as far down as it belongs.
    private mutating func sift(_ entry: Entry) {
        heap.withUnsafeMutableBufferPointer { heap in
            var index = 0
            while true {
                var child = 2 * index + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1].comes(before: heap[child]) { child += 1 }
                guard heap[child].comes(before: entry) else { break }
                heap[index] = heap[child]
                index = child
            }
            heap[index] = entry
        }
    }
}
