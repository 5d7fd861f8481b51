/// What each opcode does: the list is that of Python's module pickletools.
extension Unpickler {
    mutating func obey(_ opcode: UInt8) throws(PickleFault) {
        switch opcode {
        case 0x80: _ = try byte()  // PROTO
        case 0x95: _ = try unsigned(8)  // FRAME: a hint for those who read from a file
        case "(": try mark()
        case "0":  // POP
            if hasMarkOnTop { _ = try popMark() } else { _ = try pop() }
        case "1": _ = try popMark()
        case "2": try mention(try top())  // DUP
        case "p": try keep(as: try numberInLine())
        case "q": try keep(as: try unsigned(1))
        case "r": try keep(as: try unsigned(4))
        case 0x94: try keep(as: nil)  // MEMOIZE
        case "g": try mention(try kept(as: try numberInLine()))
        case "h": try mention(try kept(as: try unsigned(1)))
        case "j": try mention(try kept(as: try unsigned(4)))
        default:
            if try obeyPlain(opcode) { return }
            if try obeyText(opcode) { return }
            if try obeyContainer(opcode) { return }
            if try obeyClass(opcode) { return }
            throw malformed
        }
    }

    /// False where the opcode is none of those for numbers and the like.
    private mutating func obeyPlain(_ opcode: UInt8) throws(PickleFault) -> Bool {
        switch opcode {
        case "N": try push(.none)
        case 0x88: try push(.truth(true))
        case 0x89: try push(.truth(false))
        case "K": try push(.integer(Int64(try unsigned(1))))
        case "M": try push(.integer(Int64(try unsigned(2))))
        case "J": try push(.integer(Int64(Int32(truncatingIfNeeded: try unsigned(4)))))
        case 0x8A: try push(long(try counted(1)))
        case 0x8B: try push(long(try counted(4)))
        case "I", "L": try push(try integerInLine())
        case "F":
            guard let number = Double(String(decoding: bytes[try line()], as: UTF8.self)) else { throw malformed }
            try push(.real(number))
        case "G": try push(.real(Double(bitPattern: try unsigned(8).byteSwapped)))
        default: return false
        }
        return true
    }

    private mutating func obeyText(_ opcode: UInt8) throws(PickleFault) -> Bool {
        switch opcode {
        case 0x8C, "U": try push(.text(place(try counted(1))))
        case "X", "T": try push(.text(place(try counted(4))))
        case 0x8D: try push(.text(place(try counted(8))))
        case "C": try push(.bytes(place(try counted(1))))
        case "B": try push(.bytes(place(try counted(4))))
        case 0x8E, 0x96: try push(.bytes(place(try counted(8))))
        case "V": try push(.text(try rewrite(PickledEscapes.text(bytes[try line()]))))
        case "S":
            guard let text = PickledEscapes.quoted(bytes[try line()]) else { throw malformed }
            try push(.text(try rewrite(text)))
        default: return false
        }
        return true
    }

    private mutating func obeyContainer(_ opcode: UInt8) throws(PickleFault) -> Bool {
        switch opcode {
        case "]": try push(.list(group: group()))
        case ")": try push(.tuple(group: group()))
        case "}": try push(.dictionary(group: group()))
        case 0x8F: try push(.set(group: group()))
        case "l": try push(.list(group: group(try popMark())))
        case "t": try push(.tuple(group: group(try popMark())))
        case 0x91: try push(.set(group: group(try popMark())))
        case "d":
            let items = try popMark()
            guard items.count.isMultiple(of: 2) else { throw malformed }
            try push(.dictionary(group: group(items)))
        case 0x85, 0x86, 0x87:
            var items: [Int32] = []
            for _ in 0x85...opcode { items.append(try pop()) }
            try push(.tuple(group: group(items.reversed())))
        case "a": try extend(with: [try pop()])
        case "s":
            let value = try pop()
            try extend(with: [try pop(), value])
        case "e", "u", 0x90: try extend(with: try popMark())
        default: return false
        }
        return true
    }

    private mutating func obeyClass(_ opcode: UInt8) throws(PickleFault) -> Bool {
        switch opcode {
        case "c": try push(try globalInLines())
        case 0x93:
            let name = try pop()
            try push(.global(module: try pop(), name: name))
        case 0x92:  // NEWOBJ_EX: with named arguments
            _ = try pop()
            try makeObject()
        case "R", 0x81: try makeObject()
        case "o":
            let items = try popMark()
            guard let type = items.first else { throw malformed }
            try push(.object(of: type, arguments: try add(.tuple(group: group(Array(items.dropFirst()))))))
        case "i":
            let type = try add(try globalInLines())
            try push(.object(of: type, arguments: try add(.tuple(group: group(try popMark())))))
        case "b": _ = try pop()  // BUILD: the state of what stays on top
        case "P":
            _ = try line()
            try push(.opaque)
        case "Q":
            _ = try pop()
            try push(.opaque)
        case 0x82, 0x83, 0x84:  // EXT1, EXT2, EXT4: a class by a number that was agreed on
            _ = try unsigned(1 << Int(opcode - 0x82))
            try push(.opaque)
        default: return false
        }
        return true
    }

    private mutating func makeObject() throws(PickleFault) {
        let arguments = try pop()
        try push(.object(of: try pop(), arguments: arguments))
    }

    private mutating func globalInLines() throws(PickleFault) -> Pickle.Node {
        let module = try add(.text(place(try line())))
        return .global(module: module, name: try add(.text(place(try line()))))
    }

    private mutating func numberInLine() throws(PickleFault) -> UInt64 {
        guard let number = UInt64(String(decoding: bytes[try line()], as: UTF8.self)) else { throw malformed }
        return number
    }

    /// In decimal: `-1`, `-1L`; `00` and `01` are truths.
    private mutating func integerInLine() throws(PickleFault) -> Pickle.Node {
        var text = bytes[try line()]
        if text.elementsEqual("00".utf8) { return .truth(false) }
        if text.elementsEqual("01".utf8) { return .truth(true) }
        if text.last == UInt8(ascii: "L") { text.removeLast() }
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
        guard !digits.isEmpty, digits.allSatisfy({ ($0 &- 0x30) < 10 }) else { throw malformed }
        return Int64(String(decoding: text, as: UTF8.self)).map { .integer($0) } ?? .hugeInteger
    }

    /// In two's complement of any length, the lowest byte first.
    private func long(_ range: Range<Int>) -> Pickle.Node {
        let digits = bytes[range]
        let sign: UInt8 = digits.last.map { $0 & 0x80 == 0 ? 0 : 0xFF } ?? 0
        var value: UInt64 = 0
        for index in (0..<8).reversed() {
            value = value << 8 | UInt64(index < digits.count ? digits[range.lowerBound + index] : sign)
        }
        let number = Int64(bitPattern: value)
        guard digits.dropFirst(8).allSatisfy({ $0 == sign }), (number < 0) == (sign == 0xFF) else {
            return .hugeInteger
        }
        return .integer(number)
    }
}

/// Opcodes are written as the letters that they are, where they are.
private func ~= (letter: Unicode.Scalar, opcode: UInt8) -> Bool { opcode == UInt8(ascii: letter) }
