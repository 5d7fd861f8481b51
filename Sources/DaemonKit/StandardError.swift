internal import Glibc

/// Standard error, without a buffer: what was said last before a crash is there.
public enum StandardError {
    public static func write(_ text: String) { write(Array(text.utf8)) }

    /// One write(2) where the system takes it in one, so that lines of several threads do not mix.
    ///
    /// There is nobody left to tell of an error here.
    static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
        }
    }
}
