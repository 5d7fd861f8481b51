internal import Glibc
internal import LinuxSystem

/// Standard output, without a buffer: a line is there when it is said.
enum Output {
    /// With the line's end.
    ///
    /// - Throws: where it cannot be written, such as into a file on a full disk.
    static func say(_ text: String) throws(SystemError) {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw SystemError(operation: "write to standard output", code: errno)
            }
        }
    }
}
