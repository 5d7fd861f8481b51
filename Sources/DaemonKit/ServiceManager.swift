internal import Glibc
internal import LinuxSystem
internal import Logging

/// What started us, and wants to know how we are: sd_notify(3) and its watchdog. Says nothing where nobody asked.
struct ServiceManager: ~Copyable {
    private let sender: DatagramSender?
    /// Between two signs of life: half of what the manager waits for, in microseconds; nil: it waits for none.
    private let interval: Int64?
    /// When the next is due, in monotonic microseconds.
    private(set) var nextSign: Int64?
    private let logger: Logger
    private var complaints = OccasionalLog()

    /// - Parameter environment: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` count.
    init(environment: [String: String], process: Int32, now: Int64, logger: Logger) {
        self.logger = logger
        var sender: DatagramSender?
        if let address = environment["NOTIFY_SOCKET"], !address.isEmpty {
            do throws(SystemError) {
                sender = try DatagramSender(to: address)
            } catch {
                logger.warning("the service manager cannot be told how we are", metadata: ["error": "\(error)"])
            }
        }
        let isOurs = environment["WATCHDOG_PID"].map { $0 == String(process) } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        interval = isOurs && limit > 1 && sender != nil ? limit / 2 : nil
        nextSign = interval.map { now + $0 }
        self.sender = sender
    }

    /// Such as `READY=1`.
    mutating func tell(_ text: String, at now: Int64) {
        guard sender != nil else { return }
        do throws(SystemError) {
            try sender!.send(text)
        } catch {
            complaints.say("notify", at: now) { _ in
                logger.warning("the service manager cannot be told how we are", metadata: ["error": "\(error)"])
            }
        }
    }

    /// A sign of life, where one is due.
    mutating func keepAlive(at now: Int64) {
        guard let interval, let due = nextSign, due <= now else { return }
        nextSign = now + interval
        tell("WATCHDOG=1", at: now)
    }

    /// What of the environment is meant for us alone; gone for the programs that we start.
    static func takeEnvironment() -> [String: String] {
        var found: [String: String] = [:]
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            guard let value = getenv(name) else { continue }
            found[name] = String(cString: value)
            unsetenv(name)
        }
        return found
    }
}
