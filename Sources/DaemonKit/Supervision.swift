public import ClusterConfiguration
internal import Glibc
internal import LinuxSystem
internal import Logging

/// What a daemon's loop has to do with the world that runs it: signals come in, signs of life go out.
///
///     supervision.ready()                      // bound, and the state is read
///     while true {
///         …                                    // fileDescriptor is among what is waited for
///         ready.wait(timeout: supervision.pause(atMost: …))
///         switch supervision.attend() {
///         case .end: return
///         case .take(let section, let general): …; supervision.ready()
///         case nil: break
///         }
///     }
///
/// The watchdog's sign of life comes from ``attend()`` and from nowhere else: a loop that hangs is noticed.
public struct Supervision<Section: DaemonSection>: ~Copyable {
    public enum Request {
        /// SIGTERM or SIGINT.
        case end
        /// SIGHUP: from now on these hold. What cannot change while the daemon runs is as it was.
        case take(Section, GeneralSection)
    }

    private let signals: SignalWatch
    private var manager: ServiceManager
    private var reload: Reload<Section>
    private var starter: Starter?
    private let logger: Logger

    init(
        signals: consuming SignalWatch, manager: consuming ServiceManager, reload: Reload<Section>, starter: Starter?,
        logger: Logger
    ) {
        self.signals = signals
        self.manager = manager
        self.reload = reload
        self.starter = starter
        self.logger = logger
    }

    /// Readable while a signal waits.
    public var fileDescriptor: Int32 { signals.fileDescriptor }

    /// The daemon does its work: said at the start, and again once what ``Request/take(_:_:)`` brought is in force.
    public mutating func ready() {
        manager.tell("READY=1", at: SystemClock.monotonic())
        starter?.tell(logger)
        starter = nil
        // Most of what is resident: options and configuration are read once.
        OwnProcess.letGoOfCode()
    }

    /// How long the loop may wait before it attends again; nil: for ever.
    ///
    /// - Parameter wanted: for its own reasons; nil: for ever.
    public func pause(atMost wanted: Duration?) -> Duration? {
        guard let next = manager.nextSign else { return wanted }
        let own = Duration.microseconds(max(0, next - SystemClock.monotonic()))
        return wanted.map { min($0, own) } ?? own
    }

    /// After each wait: gives the sign of life that is due, and says what is wanted.
    public mutating func attend() -> Request? {
        let now = SystemClock.monotonic()
        manager.keepAlive(at: now)
        var request: Request?
        while let signal = signals.next() {
            guard signal == SIGHUP else {
                manager.tell("STOPPING=1", at: now)
                return .end
            }
            manager.tell("RELOADING=1\nMONOTONIC_USEC=\(now)", at: now)
            if reload.run(logger) {
                request = .take(reload.section, reload.general)
            } else {
                manager.tell("READY=1", at: now)
            }
        }
        return request
    }
}
