internal import BanModel
public import ClusterConfiguration
internal import ClusterCore
public import DaemonKit
internal import Fail2Ban
internal import LinuxSystem
public import Logging
internal import PacketFilter
internal import ZeroMQ

/// Hears the hub's broadcasts and makes this host obey them.
public struct SubscriberService {
    /// A stop takes two seconds at most.
    private static let removalTime = Duration.seconds(1)

    private let section: SubscriberSection
    private let general: GeneralSection
    private let logger: Logger

    public init(section: SubscriberSection, general: GeneralSection, logger: Logger) {
        self.section = section
        self.general = general
        self.logger = logger
    }

    /// On the calling thread, until it is asked to end.
    public func run(under supervision: inout Supervision<SubscriberSection>) throws {
        let packetFilter = PacketFilterProgram()
        let client = general.client.map { Fail2BanClient(program: $0.name, socket: general.socket?.text) }
        let access =
            section.action != .fail2banSocket
            ? nil
            : Fail2BanAccess(path: general.socket?.text, client: client) { [logger] request, reason in
                logger.warning(
                    "fail2ban's socket answers in no known form: its client is used for this from now on",
                    metadata: ["request": "\(request)", "reason": "\(reason)"])
            }
        let actor = try Worker("acts") { (act: Subscriber.Act, stop: Wakeup) -> ActOutcome in
            let begin = SystemClock.monotonic()
            let answer: Answer? =
                switch act {
                case .instruct(let instruction):
                    access?.carryOut(instruction, until: stop) ?? client?.carryOut(instruction, until: stop)
                case .ask(let question): access?.ask(question, until: stop) ?? client?.ask(question, until: stop)
                case .readPacketFilter(let form): packetFilter.read(form, until: stop)
                case .changePacketFilter(let change): packetFilter.carryOut(change, until: stop)
                case .write: .impossible("the log is the loop's own")
                }
            return ActOutcome(
                answer: answer ?? .impossible("fail2banclient is empty"),
                took: .microseconds(SystemClock.monotonic() - begin))
        }
        var isEnded = false
        defer { if !isEnded { actor.end() } }
        let context = try Context()
        let key = try section.keyFile.map(KeyFile.read)
        var loop = try SubscriberLoop(
            section: section, general: general, key: key, logger: logger, context: context, actor: actor)
        try loop.run(under: &supervision)
        guard loop.flushesOnStop else { return }
        actor.end()
        isEnded = true
        if let reason = packetFilter.remove(within: Self.removalTime) {
            logger.warning("the packet filter's table is left standing", metadata: ["reason": "\(reason)"])
        }
    }
}
