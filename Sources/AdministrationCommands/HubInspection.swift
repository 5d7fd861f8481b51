internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol

/// Whether a hub speaks with us, and its clock.
enum HubInspection {
    /// - Parameter reports: whether this host's monitor has to be let in.
    static func findings(at hub: Setup.Hub, _ setup: Setup, reports: Bool) -> [Finding] {
        do {
            var asker = try HubAsker(
                [setup.address(hub)], as: setup.asker, timeLimit: min(setup.timeLimit, .seconds(5)))
            let answering = try asker.hub()
            let status = StatusReply(try asker.ask(StatusRequest(asker: setup.asker).bytes))
            return [
                Finding("hello", .ok, "\(hub.endpoint) answers, epoch \(hexadecimal(answering.greeting.epoch))"),
                hub.key == nil ? token(status, setup, reports: reports) : key(status), store(status),
                .clock(answering.clockOffset),
            ].compactMap { $0 }
        } catch let failure as Failure where failure.isOldHub {
            return [
                Finding(
                    "hello", .warning,
                    "\(hub.endpoint) is a hub of fail2ban-zmq-tools: it knows no ends, and cannot be asked",
                    remedy: "replace it by fail2ban-publisher when you can")
            ]
        } catch {
            return [
                Finding(
                    "hello", .failed, "\(error)", remedy: "look into the log of fail2ban-publisher at \(hub.endpoint)")
            ]
        }
    }

    /// Without the right one there would be no answer.
    static func key(_ status: StatusReply) -> Finding {
        guard case .refusal(let refusal) = status else { return Finding("key", .ok, "accepted") }
        return Finding("key", .ok, "accepted, but not for all that an administrator asks: \(refusal.reason)")
    }

    static func token(_ status: StatusReply, _ setup: Setup, reports: Bool) -> Finding {
        switch status {
        case .status: Finding("token", .ok, setup.asker.token == nil ? "none is asked for" : "accepted")
        case .refusal(let refusal):
            // Who only listens needs none.
            Finding(
                "token", reports || setup.asker.token != nil ? .failed : .warning, refusal.reason,
                remedy: "set auth = true and the hub's authtoken in [monitor]")
        case .nonsense:
            Finding("token", .warning, "the hub does not know the question: it is of another version")
        }
    }

    static func store(_ status: StatusReply) -> Finding? {
        guard case .status(let status) = status, status.store != "ok" else { return nil }
        return Finding(
            "store", .failed, "the hub cannot store reports: \(status.store)",
            remedy: "make room on its disk, or set database in its [publisher] to a folder that it may write")
    }
}
