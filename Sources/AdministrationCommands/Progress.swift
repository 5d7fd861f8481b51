internal import DaemonKit
internal import Glibc
internal import LinuxSystem

/// One line on a terminal's standard error that says how far long work is; nothing where nobody looks.
struct Progress {
    /// What is done sooner needs no word, in microseconds.
    private static let patience: Int64 = 300_000

    let isWatched = isatty(STDERR_FILENO) == 1
    private let begin = SystemClock.monotonic()
    private var isShown = false

    mutating func show(_ text: String) {
        guard isWatched, SystemClock.monotonic() - begin >= Self.patience else { return }
        isShown = true
        StandardError.write("\r\u{1B}[K\(text)")
    }

    mutating func end() {
        if isShown { StandardError.write("\r\u{1B}[K") }
        isShown = false
    }
}
