internal import LinuxSystem
public import Logging

/// Warnings that may come again and again: each kind is logged at once, and then at most once a minute.
public struct Complaints: Sendable {
    private let logger: Logger
    private var occasions = OccasionalLog()

    public init(to logger: Logger) { self.logger = logger }

    /// - Parameter kind: what is rationed together; never text from outside without bounds.
    public mutating func say(_ kind: String, _ text: Logger.Message, _ metadata: Logger.Metadata = [:]) {
        occasions.say(kind, at: SystemClock.monotonic()) { suppressed in
            logger.warning(
                text, metadata: metadata.merging(suppressed > 0 ? ["suppressed": "\(suppressed)"] : [:]) { $1 })
        }
    }
}
