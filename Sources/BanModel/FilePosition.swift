/// A place in a log file that is found again after the file was renamed or copied, and not in another file that has
/// taken its inode.
public struct FilePosition: Hashable, Sendable {
    public var device: UInt64
    public var inode: UInt64
    /// In bytes, behind the end of a line.
    public var offset: UInt64
    /// How many bytes from the file's beginning ``headSum`` is of: 256, or what there was before ``offset``.
    public var headLength: UInt16
    /// The checksum of the file's first bytes.
    public var headSum: UInt32
    /// The checksum of the 64 bytes before ``offset``, or of those that there are.
    public var tailSum: UInt32

    public init(device: UInt64, inode: UInt64, offset: UInt64, headLength: UInt16, headSum: UInt32, tailSum: UInt32) {
        self.device = device
        self.inode = inode
        self.offset = offset
        self.headLength = headLength
        self.headSum = headSum
        self.tailSum = tailSum
    }
}
