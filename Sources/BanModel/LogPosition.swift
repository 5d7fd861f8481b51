/// How far the log was read: a place that is found again in a later run.
public enum LogPosition: Hashable, Sendable {
    case file(FilePosition)
    /// The last entry that was read.
    case journal(JournalCursor)

    /// A place in a file; see ``FilePosition``.
    public init(device: UInt64, inode: UInt64, offset: UInt64, headLength: UInt16, headSum: UInt32, tailSum: UInt32) {
        self = .file(
            FilePosition(
                device: device, inode: inode, offset: offset, headLength: headLength, headSum: headSum,
                tailSum: tailSum))
    }

    /// nil for a place in the journal.
    public var file: FilePosition? {
        if case .file(let position) = self { position } else { nil }
    }
}
