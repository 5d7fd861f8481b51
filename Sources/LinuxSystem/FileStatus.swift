import Glibc

/// Which file it is, whatever its name: holds for as long as the file exists.
public struct FileIdentity: Hashable, Sendable {
    public let device: UInt64
    public let inode: UInt64

    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// What stat(2) tells of a file.
public struct FileStatus: Hashable, Sendable {
    public let identity: FileIdentity
    /// In bytes.
    public let size: Int64
    /// The lower 12 bits of the mode: permissions, setuid, setgid, sticky.
    public let permissions: UInt32
    /// User id.
    public let owner: UInt32
    public let isRegularFile: Bool
    public let isDirectory: Bool
    /// When its bytes last changed: microseconds since 1970.
    public let modified: Int64

    init(_ status: stat) {
        identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        size = Int64(status.st_size)
        permissions = status.st_mode & 0o7777
        owner = status.st_uid
        isRegularFile = status.st_mode & S_IFMT == S_IFREG
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
    }
}
