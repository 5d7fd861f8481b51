/// A condition that never held.
public struct NeverHeld: Error, CustomStringConvertible {
    public let description: String
}

/// Waits until a condition holds, looking every few milliseconds; throws what the condition throws.
/// - Parameters:
///   - what: the condition in words, for the one who reads the failure.
///   - limit: generous: it only bounds a failure, and a success never waits for it.
public func eventually(
    _ what: String = "the condition", within limit: Duration = .seconds(20), file: StaticString = #fileID,
    line: UInt = #line, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw NeverHeld(description: "\(file):\(line): \(what) did not come true within \(limit)")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
