import Glibc

/// A system call that failed: what was tried, on what, and errno.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call with its path, such as `open /x`.
    public let operation: String
    /// errno, above 0.
    public let code: Int32

    public init(operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    /// What errno says now; read first, because building the text may allocate.
    static func last(_ operation: @autoclosure () -> String) -> SystemError {
        let code = errno
        return SystemError(operation: operation(), code: code)
    }

    /// The file, or a folder on the way to it, does not exist.
    public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    /// The rights of this process do not suffice.
    public var isNotPermitted: Bool { code == EACCES || code == EPERM }
    /// Nobody listens there.
    public var isRefused: Bool { code == ECONNREFUSED }
    /// The disk, or this user's share of it, is full.
    public var isFull: Bool { code == ENOSPC || code == EDQUOT }

    /// Such as `open /x: Permission denied`.
    public var description: String { "\(operation): \(SystemError.text(of: code))" }

    /// errno in the words of strerror(3).
    public static func text(of code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }
}
