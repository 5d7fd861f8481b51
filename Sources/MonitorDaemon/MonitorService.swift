internal import BanModel
public import ClusterConfiguration
public import DaemonKit
internal import Fail2Ban
internal import LinuxSystem
public import Logging
internal import ZeroMQ

/// Follows fail2ban's log and reports each ban and unban to the hub.
public struct MonitorService {
    private let section: MonitorSection
    private let general: GeneralSection
    private let logger: Logger

    public init(section: MonitorSection, general: GeneralSection, logger: Logger) {
        self.section = section
        self.general = general
        self.logger = logger
    }

    /// On the calling thread, until it is asked to end.
    public func run(under supervision: inout Supervision<MonitorSection>) throws {
        let client = general.client.map { Fail2BanClient(program: $0.name, socket: general.socket?.text) }
        let fail2ban = client.map { client in
            Fail2BanAccess(path: general.socket?.text, client: client) { [logger] request, reason in
                logger.warning(
                    "fail2ban's socket answers in no known form: its client is used for this from now on",
                    metadata: ["request": "\(request)", "reason": "\(reason)"])
            }
        }
        let asker = try Worker("asks fail2ban") { (question: Question, stop: Wakeup) in
            let answer = fail2ban?.ask(question, until: stop) ?? .impossible("fail2banclient is empty")
            return Answered(question: question, answer: answer)
        }
        defer { asker.end() }
        let context = try Context()
        let key = try section.keyFile.map(KeyFile.read)
        var loop = try MonitorLoop(
            section: section, general: general, key: key, logger: logger, context: context, asker: asker)
        try loop.run(under: &supervision)
    }
}

/// fail2ban's answer, on its way back to the thread that asked.
struct Answered: Sendable {
    var question: Question
    var answer: Answer
}
