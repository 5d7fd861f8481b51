/// Values that many rows share, each kept once under a number, for as long as a row needs it.
struct NumberedNames<Name: Hashable & Sendable>: Sendable {
    private var names: [(name: Name, uses: Int)?] = []
    private var numbers: [Name: UInt32] = [:]
    private var free: [UInt32] = []
    /// The one that was looked for last: what comes in a row comes from few.
    private var last: (name: Name, number: UInt32)?

    /// How many there are.
    var count: Int { numbers.count }

    subscript(number: UInt32) -> Name {
        guard let entry = names[Int(number)] else { preconditionFailure("no name has this number") }
        return entry.name
    }

    /// nil where no row needs it.
    func number(of name: Name) -> UInt32? {
        if let last, last.name == name { return last.number }
        return numbers[name]
    }

    /// One more row needs it. Returns its number, and whether that is new.
    mutating func use(_ name: Name) -> (number: UInt32, isNew: Bool) {
        if let number = number(of: name) {
            names[Int(number)]?.uses += 1
            last = (name, number)
            return (number, false)
        }
        let number: UInt32
        if let free = free.popLast() {
            number = free
            names[Int(number)] = (name, 1)
        } else {
            number = UInt32(names.count)
            names.append((name, 1))
        }
        numbers[name] = number
        last = (name, number)
        return (number, true)
    }

    /// A row needs it no longer. Returns whether no row does.
    @discardableResult
    mutating func drop(_ number: UInt32) -> Bool {
        guard let entry = names[Int(number)] else { preconditionFailure("no name has this number") }
        names[Int(number)]?.uses -= 1
        guard entry.uses == 1 else { return false }
        names[Int(number)] = nil
        numbers[entry.name] = nil
        free.append(number)
        if last?.number == number { last = nil }
        return true
    }
}
