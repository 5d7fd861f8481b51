import Glibc

/// A user of this machine (passwd(5)).
public struct SystemUser: Hashable, Sendable {
    public let number: UInt32
    /// The user's first group.
    public let group: UInt32

    /// nil where there is none of this name, or where we may not act for another: we are not root.
    public init?(named name: String) throws(SystemError) {
        guard geteuid() == 0 else { return nil }
        errno = 0
        guard let entry = getpwnam(name) else {
            // Zero, and several others, say that there is no such user (getpwnam(3)).
            if [0, ENOENT, ESRCH, EBADF, EPERM].contains(errno) { return nil }
            throw .last("look for the user \(name)")
        }
        (number, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }
}

extension FileSystem {
    /// Makes the user the owner; a symbolic link is followed.
    public static func give(_ path: String, to user: SystemUser) throws(SystemError) {
        guard chown(path, user.number, user.group) == 0 else { throw .last("chown \(path)") }
    }
}
