internal import BanModel
package import ClusterConfiguration
internal import ClusterCore
package import DaemonKit
internal import Fail2Ban
internal import LinuxSystem
package import Logging
internal import PacketFilter
internal import ZeroMQ

/// Hears the hub's broadcasts and makes this host obey them.
package struct SubscriberService {
    /// A stop takes two seconds at most.
    private static let removalTime = Duration.seconds(1)

    private let section: SubscriberSection
    private let general: GeneralSection
    private let logger: Logger

    package init(section: SubscriberSection, general: GeneralSection, logger: Logger) {
        self.section = section
        self.general = general
        self.logger = logger
    }

    /// On the calling thread, until it is asked to end.
    package func run(under supervision: inout Supervision<SubscriberSection>) throws {
        let packetFilter = PacketFilterProgram()
        let fail2ban = general.client.map { Fail2BanClient(program: $0.name, socket: general.socket?.text) }
        let actor = try Worker("acts") { (act: Subscriber.Act, stop: Wakeup) -> Answer in
            let withoutFail2Ban = Answer.impossible("fail2banclient is empty")
            return switch act {
            case .instruct(let instruction): fail2ban?.carryOut(instruction, until: stop) ?? withoutFail2Ban
            case .ask(let question): fail2ban?.ask(question, until: stop) ?? withoutFail2Ban
            case .readPacketFilter(let form): packetFilter.read(form, until: stop)
            case .changePacketFilter(let change): packetFilter.carryOut(change, until: stop)
            case .write: .impossible("the log is the loop's own")
            }
        }
        var isEnded = false
        defer { if !isEnded { actor.end() } }
        let context = try Context()
        var loop = try SubscriberLoop(
            section: section, general: general, logger: logger, context: context, actor: actor)
        try loop.run(under: &supervision)
        guard loop.flushesOnStop else { return }
        actor.end()
        isEnded = true
        if let reason = packetFilter.remove(within: Self.removalTime) {
            logger.warning("the packet filter's table is left standing", metadata: ["reason": "\(reason)"])
        }
    }
}
