internal import DaemonKit
internal import Glibc

/// A question that only a person answers.
enum Confirmation {
    /// - Throws: where nobody is at a terminal.
    static func ask(_ question: String) throws -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            throw Failure("nobody is here to look at the fingerprint: say --yes, where it was compared before")
        }
        StandardError.write("\(question) [y/N] ")
        return readLine()?.lowercased().hasPrefix("y") == true
    }
}
