/// A place in systemd's journal: an entry, in the journal's own words (`s=…;i=…;b=…;m=…;t=…;x=…`).
public struct JournalCursor: Hashable, Sendable {
    public let text: String

    /// nil where it has other than letters, digits, `;` and `=`, or more than 512 bytes: so it needs no quoting anywhere.
    public init?(_ text: some StringProtocol) {
        guard (1...512).contains(text.utf8.count) else { return nil }
        let isSound = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: ";"), UInt8(ascii: "="):
                true
            default: false
            }
        }
        guard isSound else { return nil }
        self.text = String(text)
    }
}
