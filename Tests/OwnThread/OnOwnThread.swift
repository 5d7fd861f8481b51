public import LinuxSystem

/// Runs `body`, which may block for as long as it likes, on a thread of its own, and resumes the caller when it ends.
///
/// For tests: what blocks must not take one of the two threads that all tests share.
/// - Parameter name: 15 bytes at most.
public func onOwnThread<Value: Sendable, Failure: Error>(
    _ name: String, _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
        startThread(name) { continuation.resume(returning: Result(catching: body)) }
    }
    return try result.get()
}

/// ``LinuxSystem/runProgram(_:_:environment:timeLimit:outputLimit:until:)`` for a test that waits for other things too.
public func runProgramAside(
    _ path: String, _ arguments: [String] = [], environment additions: [String: String] = [:], timeLimit: Duration,
    outputLimit: Int, until stop: Wakeup? = nil
) async -> ProgramResult {
    await onOwnThread("runs a program") {
        runProgram(
            path, arguments, environment: additions, timeLimit: timeLimit, outputLimit: outputLimit, until: stop)
    }
}
