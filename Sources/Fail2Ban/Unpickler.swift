/// Reads one pickle of protocol 0 to 5, whatever the bytes are: never traps, never runs anything, and needs no more memory
/// than its bounds allow. Nothing in it is recursive, so depth costs nothing.
struct Unpickler {
    /// Values and mentions of values: where fail2ban lists bans, four a ban at most.
    static let usualLimit = 2_000_000

    let bytes: [UInt8]
    private(set) var position = 0
    private var nodes: [Pickle.Node] = []
    private var groups: [[Int32]] = []
    private var rewritten: [UInt8] = []
    private var stack: [Int32] = []
    /// How high the stack was at each mark that still stands.
    private var marks: [Int] = []
    /// -1: nothing is kept under that number.
    private var memo: [Int32] = []
    private var memoCount = 0
    private let limit: Int
    private var left: Int

    /// Returns the pickle, and where it ends.
    static func read(_ bytes: [UInt8], limit: Int = usualLimit) throws(PickleFault) -> (pickle: Pickle, end: Int) {
        // Places are written in 32 bits.
        guard bytes.count < 1 << 31 else { throw .tooMuch }
        var reader = Unpickler(bytes: bytes, limit: limit)
        while true {
            let opcode = try reader.byte()
            if opcode == UInt8(ascii: ".") { break }
            try reader.obey(opcode)
        }
        let top = try reader.pop()
        let pickle = Pickle(
            bytes: bytes, rewritten: reader.rewritten, nodes: reader.nodes, groups: reader.groups, top: top)
        return (pickle, reader.position)
    }

    private init(bytes: [UInt8], limit: Int) {
        self.bytes = bytes
        self.limit = limit
        left = limit
    }

    // MARK: Bytes

    var malformed: PickleFault { .malformed(at: position) }

    mutating func byte() throws(PickleFault) -> UInt8 {
        guard position < bytes.count else { throw .truncated }
        position += 1
        return bytes[position - 1]
    }

    mutating func take(_ count: Int) throws(PickleFault) -> Range<Int> {
        guard count >= 0 else { throw malformed }
        guard count <= bytes.count - position else { throw .truncated }
        position += count
        return position - count..<position
    }

    /// A number of 1 to 8 bytes, the lowest first.
    mutating func unsigned(_ count: Int) throws(PickleFault) -> UInt64 {
        var value: UInt64 = 0
        for byte in bytes[try take(count)].reversed() { value = value << 8 | UInt64(byte) }
        return value
    }

    /// So many bytes as the next number of `width` bytes says.
    mutating func counted(_ width: Int) throws(PickleFault) -> Range<Int> {
        guard let count = Int(exactly: try unsigned(width)) else { throw .truncated }
        return try take(count)
    }

    /// Up to the end of the line, which is stepped over.
    mutating func line() throws(PickleFault) -> Range<Int> {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { throw .truncated }
        defer { position = end + 1 }
        return position..<end
    }

    func place(_ range: Range<Int>) -> Pickle.Place {
        Pickle.Place(start: UInt32(range.lowerBound), count: UInt32(range.count))
    }

    /// Keeps a text that had escapes in it.
    mutating func rewrite(_ text: [UInt8]) throws(PickleFault) -> Pickle.Place {
        let start = rewritten.count
        rewritten += text
        guard rewritten.count < 1 << 31 else { throw .tooMuch }
        return Pickle.Place(start: UInt32(start), count: UInt32(text.count), isRewritten: true)
    }

    // MARK: Stack, marks and memo

    /// Whatever is kept comes through here or through ``mention(_:)``, once for each time it is kept.
    mutating func push(_ node: Pickle.Node) throws(PickleFault) { try mention(try add(node)) }

    /// A node that is not on the stack.
    mutating func add(_ node: Pickle.Node) throws(PickleFault) -> Int32 {
        guard let index = Int32(exactly: nodes.count), nodes.count < limit else { throw .tooMuch }
        nodes.append(node)
        return index
    }

    mutating func mention(_ index: Int32) throws(PickleFault) {
        guard left > 0 else { throw .tooMuch }
        left -= 1
        stack.append(index)
    }

    mutating func pop() throws(PickleFault) -> Int32 {
        guard stack.count > marks.last ?? 0 else { throw malformed }
        return stack.removeLast()
    }

    func top() throws(PickleFault) -> Int32 {
        guard stack.count > marks.last ?? 0, let last = stack.last else { throw malformed }
        return last
    }

    mutating func mark() throws(PickleFault) {
        guard left > 0 else { throw .tooMuch }
        left -= 1
        marks.append(stack.count)
    }

    mutating func popMark() throws(PickleFault) -> [Int32] {
        guard let height = marks.popLast() else { throw malformed }
        defer { stack.removeSubrange(height...) }
        return Array(stack[height...])
    }

    var hasMarkOnTop: Bool { marks.last == stack.count }

    mutating func keep(as number: UInt64?) throws(PickleFault) {
        guard let place = number.map({ Int(exactly: $0) }) ?? memoCount, place < limit else { throw .tooMuch }
        let index = try top()
        while memo.count <= place { memo.append(-1) }
        if memo[place] < 0 { memoCount += 1 }
        memo[place] = index
    }

    func kept(as number: UInt64) throws(PickleFault) -> Int32 {
        guard number < UInt64(memo.count), memo[Int(number)] >= 0 else { throw malformed }
        return memo[Int(number)]
    }

    /// A group for a container that comes next: at most one for each node.
    mutating func group(_ items: [Int32] = []) -> Int32 {
        groups.append(items)
        return Int32(groups.count - 1)
    }

    /// Puts more into the list, set or dictionary on top; into what some class would have made, nothing.
    mutating func extend(with more: [Int32]) throws(PickleFault) {
        switch nodes[Int(try top())] {
        case .list(let group), .set(let group): groups[Int(group)] += more
        case .dictionary(let group):
            guard more.count.isMultiple(of: 2) else { throw malformed }
            groups[Int(group)] += more
        case .object, .opaque: break
        default: throw malformed
        }
    }
}
