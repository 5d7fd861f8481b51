/// One form of what comes from outside, with what must hold of every reading of it beside that it ends.
protocol FuzzTarget: SendableMetatype {
    /// As scripts/fuzz and the folder of its corpus call it.
    static var name: String { get }
    /// Traps where a property does not hold.
    static func run(_ bytes: [UInt8])
}

/// A property: traps, saying what does not hold, where it does not.
func require(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard holds else { fatalError(what()) }
}

/// What was read, written and read again is what it was.
func requireSame<Value: Equatable>(_ again: Value?, as first: Value, _ what: String) {
    guard again != first else { return }
    fatalError("\(what): read \(first), and once written \(again.map { "\($0)" } ?? "nothing")")
}

/// A reason that people read: something, on one line, and not for ever long.
func requireReason(_ reason: String, atMost longest: Int = 1024, _ what: String) {
    require(!reason.isEmpty, "\(what): no reason")
    require(reason.utf8.count <= longest, "\(what): a reason of \(reason.utf8.count) bytes")
    // A file may have tabs in it, which do nothing to a terminal.
    let isTame = reason.unicodeScalars.allSatisfy { $0 == "\t" || $0.properties.generalCategory != .control }
    require(isTame, "\(what): a control character in \"\(reason)\"")
}

/// A reason with text from outside in it, which no terminal may take for something else.
func requirePlainReason(_ reason: String, _ what: String) {
    requireReason(reason, atMost: 256, what)
    require(reason.utf8.allSatisfy { $0 < 0x7F }, "\(what): more than ASCII in \"\(reason)\"")
}

/// The lines of a text, without their ends.
func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
}
