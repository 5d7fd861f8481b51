internal import BanModel
package import ClusterConfiguration
internal import ClusterCore
package import DaemonKit
internal import Fail2Ban
internal import LinuxSystem
package import Logging
internal import ZeroMQ

/// Hears the hub's broadcasts and makes this host obey them.
package struct SubscriberService {
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
        let fail2ban = general.client.map { Fail2BanClient(program: $0.name, socket: general.socket?.text) }
        let actor = try Worker("acts") { (act: Subscriber.Act, stop: Wakeup) -> Answer in
            guard let fail2ban else { return .impossible("fail2banclient is empty") }
            switch act {
            case .instruct(let instruction): return fail2ban.carryOut(instruction, until: stop)
            case .ask(let question): return fail2ban.ask(question, until: stop)
            case .write: return .impossible("the log is the loop's own")
            }
        }
        defer { actor.end() }
        let context = try Context()
        var loop = try SubscriberLoop(
            section: section, general: general, logger: logger, context: context, actor: actor)
        try loop.run(under: &supervision)
    }
}
