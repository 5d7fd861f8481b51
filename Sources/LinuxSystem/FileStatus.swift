import Glibc

/// Which file it is, whatever its name: holds for as long as the file exists.
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64

    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// What stat(2) tells of a file.
package struct FileStatus: Hashable, Sendable {
    package let identity: FileIdentity
    /// In bytes.
    package let size: Int64
    /// The lower 12 bits of the mode: permissions, setuid, setgid, sticky.
    package let permissions: UInt32
    /// User id.
    package let owner: UInt32
    package let isRegularFile: Bool
    package let isDirectory: Bool
    /// When its bytes last changed: microseconds since 1970.
    package let modified: Int64

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
