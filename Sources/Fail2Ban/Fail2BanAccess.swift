public import BanModel
public import LinuxSystem

/// fail2ban by its socket where it can be reached so, and by its client for whatever the socket leaves open.
public final class Fail2BanAccess: Sendable {
    private let socket: Fail2BanSocket
    private let client: Fail2BanClient?
    /// Whether the client may know another socket than ours, as it reads fail2ban's own configuration.
    private let isPathGuessed: Bool
    private let warn: @Sendable (_ request: String, _ reason: String) -> Void
    /// What the server has answered in no known form: by the client from then on.
    private let strange = Guarded<Set<Kind>>([])

    /// What is told apart where something is not understood.
    private enum Kind: String {
        case jails = "status"
        case status = "status JAIL"
        case bantime = "get JAIL bantime"
        case bans = "get JAIL banip --with-time"
        case ban = "set JAIL banip"
        case unban = "set JAIL unbanip"
    }

    /// - Parameters:
    ///   - path: the server's socket; nil: where it usually is, and what is not there the client may find.
    ///   - client: nil: there is none, and what the socket leaves open stays open.
    ///   - timeLimit: for one request. The server answers nobody while it stops a jail or carries out a batch.
    ///   - warn: is told once of each kind of request whose answer had no known form, and why.
    public init(
        path: String?, client: Fail2BanClient?, timeLimit: Duration = .seconds(60),
        warn: @escaping @Sendable (_ request: String, _ reason: String) -> Void
    ) {
        socket = Fail2BanSocket(path: path ?? Fail2BanSocket.usualPath, timeLimit: timeLimit)
        isPathGuessed = path == nil
        self.client = client
        self.warn = warn
    }

    /// Never throws and never waits longer than the time limit, or than the stop; what failed is said in the answer.
    public func ask(_ question: Question, until stop: Wakeup? = nil) -> Answer {
        let kind: Kind =
            switch question {
            case .jails: .jails
            case .status: .status
            case .bantime: .bantime
            case .bans: .bans
            }
        if let client, isStrange(kind) { return client.ask(question, until: stop) }
        do throws(SocketReply.NotUnderstood) {
            let answer = try socket.ask(question, until: stop)
            if let client, isOpen(answer) { return client.ask(question, until: stop) }
            return answer
        } catch {
            note(kind, error.reason)
            return client?.ask(question, until: stop) ?? .unclear(error.reason)
        }
    }

    /// As the client's, but that the first answer of no known form is unclear: what was asked for is done by then, and a
    /// second try would count nothing. The next try goes through the client.
    public func carryOut(_ instruction: Instruction, until stop: Wakeup? = nil) -> Answer {
        let kind: Kind =
            switch instruction {
            case .ban: .ban
            case .unban: .unban
            }
        if let client, isStrange(kind) { return client.carryOut(instruction, until: stop) }
        do throws(SocketReply.NotUnderstood) {
            let answer = try socket.carryOut(instruction, until: stop)
            if let client, isOpen(answer) { return client.carryOut(instruction, until: stop) }
            return answer
        } catch {
            note(kind, error.reason)
            return .unclear(error.reason)
        }
    }

    /// Whether the client may know better: it may be a wrapper with more rights than ours.
    private func isOpen(_ answer: Answer) -> Bool {
        switch answer {
        case .impossible: answer != .bansAreNotTold
        case .notRunning: isPathGuessed
        default: false
        }
    }

    private func isStrange(_ kind: Kind) -> Bool { strange.withLock { $0.contains(kind) } }

    private func note(_ kind: Kind, _ reason: String) {
        if strange.withLock({ $0.insert(kind).inserted }) { warn(kind.rawValue, reason) }
    }
}
