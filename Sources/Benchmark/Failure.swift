internal import LinuxSystem

/// Why nothing, or nothing more, could be measured.
public struct Failure: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// A program that came to another end than was hoped for.
    init(of program: String, _ result: ProgramResult) {
        guard case .exited(let status, _, let error) = result else {
            self.init("\(program): \(result)")
            return
        }
        self.init("\(program): status \(status), \(String(decoding: error.prefix(500), as: UTF8.self))")
    }
}
