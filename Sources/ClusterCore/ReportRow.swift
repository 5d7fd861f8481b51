internal import BanModel

/// One report as a table keeps it, in 40 bytes.
struct ReportRow: AddressRow {
    private struct Flags: OptionSet {
        let rawValue: UInt8

        static let lifted = Flags(rawValue: 1)
        static let pardoned = Flags(rawValue: 2)
        static let told = Flags(rawValue: 4)
        static let remembered = Flags(rawValue: 8)
    }

    let address: Address
    private var flags: Flags
    /// Whose word it is, and in which jail: the number of its ``ReportTable/Speaker``.
    var speaker: UInt32
    private var version: Version
    private var until: Timestamp

    init(_ address: Address, _ speaker: UInt32, _ state: Report.State) {
        self.address = address
        self.speaker = speaker
        flags = []
        (version, until) = (0, .forever)
        set(state)
    }

    /// Whether peers of the old form were told that its speaker bans the address.
    var isTold: Bool {
        get { flags.contains(.told) }
        set { if newValue { flags.insert(.told) } else { flags.remove(.told) } }
    }

    /// Whether it is to be remembered for longer than it counts: until when, stands beside the rows.
    var isRemembered: Bool { flags.contains(.remembered) }

    /// - Parameter forget: where ``isRemembered``.
    func state(forget: Timestamp?) -> Report.State {
        Report.State(
            version: version, isLifted: flags.contains(.lifted), isPardoned: flags.contains(.pardoned), until: until,
            forget: forget)
    }

    mutating func set(_ state: Report.State) {
        var flags = flags.intersection(.told)
        if state.isLifted { flags.insert(.lifted) }
        if state.isPardoned { flags.insert(.pardoned) }
        if state.forget != state.until { flags.insert(.remembered) }
        self.flags = flags
        version = state.version
        until = state.until
    }
}
