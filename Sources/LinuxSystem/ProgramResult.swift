/// How a program that `runProgram` started came to its end.
public enum ProgramResult: Hashable, Sendable {
    /// It ended by itself: its status (0 to 255) and what it wrote.
    case exited(status: Int32, output: [UInt8], error: [UInt8])
    /// A signal ended it that was not ours.
    case signalled(Int32)
    /// It was ended because its time was over.
    case timedOut
    /// It was ended because it wrote more than it may to one of its two outputs.
    case tooMuchOutput
    /// It was ended because whoever had it run comes to an end.
    case stopped
    /// It did not run: `isMissing` where there is no such program, `isNotPermitted` where we may not run it.
    case cannotStart(SystemError)
}
