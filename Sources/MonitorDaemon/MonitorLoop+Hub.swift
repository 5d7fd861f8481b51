internal import BanModel
internal import ClusterCore
internal import ClusterProtocol
internal import DaemonKit
internal import HubClient
internal import LinuxSystem
internal import Logging

/// What goes to the hub and comes from it.
extension MonitorLoop {
    /// The request that the hub has not answered yet.
    enum Underway {
        case nothing
        case announcement(Announcement)
        case reports([Report])
        case held
    }

    mutating func talk() throws {
        while true {
            let now = SystemClock.monotonic()
            if machine.wantsGreeting || mustGreet { hubs.greetAgain() }
            let hello = Hello(host: host, instance: machine.instance, token: token)
            for event in try hubs.work(at: now, hello: { hello.bytes }) { take(event, at: now) }
            guard hubs.isIdle, let request = nextRequest() else { return }
            guard try hubs.ask(request, at: now) else { return }
        }
    }

    private mutating func nextRequest() -> [UInt8]? {
        if let announcement = machine.outgoing {
            underway = .announcement(announcement)
            return OldForm.request(announcement, token: token)
        }
        guard let greeting else { return nil }
        if let question = machine.heldQuestion {
            underway = .held
            return HeldRequest(host: host, instance: machine.instance, token: token, question: question).bytes
        }
        let reports = machine.takeReports(atMost: greeting.reportsPerRequest, at: wall())
        guard !reports.isEmpty else { return nil }
        var request = ReportsRequest(host: host, instance: machine.instance, token: token, reports: reports)
        request.shorten(toFit: greeting.longestRequest)
        underway = .reports(request.reports)
        return request.bytes
    }

    private mutating func take(_ event: HubLinks.Event, at now: Int64) {
        switch event {
        case .chosen(let endpoint, let reply, let asked):
            underway = .nothing
            // While nothing else is new, it is a question for the time.
            let isAgain = greeting != nil && machine.wantsGreeting
            mustGreet = false
            greeting = if case .greeting(let greeting) = reply { greeting } else { nil }
            logger.log(
                level: isAgain ? .debug : .info, "the hub answers",
                metadata: ["hub": "\(endpoint)", "form": greeting == nil ? "old" : "new"])
            let wall = self.wall()
            carryOut(machine.greeted(greeting, asked: wall - .microseconds(now - asked), at: wall))
        case .reply(let bytes):
            let asked = underway
            underway = .nothing
            switch asked {
            case .announcement(let announcement): take(bytes, to: announcement)
            case .reports(let reports): take(ReportsReply(bytes, count: reports.count), to: reports)
            case .held: take(HeldReply(bytes, host: host))
            case .nothing: break
            }
        case .lost(let endpoint, let reason):
            underway = .nothing
            greeting = nil
            machine.unanswered()
            complaints.say(
                "hub \(endpoint) \(reason)", "the hub is lost", ["hub": "\(endpoint)", "reason": "\(reason)"])
        case .unavailable(let endpoint, let reason):
            complaints.say(
                "hub \(endpoint) \(reason)", "the hub is not there", ["hub": "\(endpoint)", "reason": "\(reason)"])
        }
    }

    /// A hub of the old form.
    private mutating func take(_ reply: [UInt8], to sent: Announcement) {
        if reply == OldForm.message(sent) {
            logger.debug("acknowledged", metadata: ["message": "\(sent)"])
            hubs.isWell()
            carryOut(machine.acknowledged(at: wall()))
            return
        }
        let isRefusal = reply == OldForm.refusal
        complaints.say(
            "refused", isRefusal ? "the hub refused a report: its log says why" : "the hub answered nonsense",
            ["message": "\(sent)"])
        let (effects, goOn) = machine.refused(at: wall())
        carryOut(effects)
        if !goOn { hubs.rest(at: SystemClock.monotonic()) }
    }

    private mutating func take(_ reply: ReportsReply, to sent: [Report]) {
        switch reply {
        case .taken(let epoch, let refusals):
            if logger.logLevel <= .debug {
                for (index, report) in sent.enumerated() where refusals[index] == nil {
                    let action: Announcement.Action = report.state.isLifted ? .unban : .ban
                    let message = Announcement(host, report.subject, action)
                    logger.debug(
                        "acknowledged", metadata: ["message": "\(message)", "until": "\(report.state.until)"])
                }
            }
            let (effects, goOn) = machine.taken(sent.count, except: refusals, at: wall())
            carryOut(effects)
            if goOn { hubs.isWell() } else { hubs.rest(at: SystemClock.monotonic()) }
            if epoch != greeting?.epoch { greetAgain() }
        case .refusal(let refusal):
            refused(refusal)
        case .oldHub, .nonsense:
            complaints.say("form", "the hub does not answer as it did: it is greeted again")
            greetAgain()
        }
    }

    private mutating func take(_ reply: HeldReply) {
        switch reply {
        case .answer(let answer):
            logger.debug("the hub holds", metadata: ["reports": "\(answer.reports.count)"])
            carryOut(machine.held(answer, at: wall()))
            hubs.isWell()
        case .refusal(let refusal) where refusal.verdict == .later:
            refused(refusal)
        case .refusal, .oldHub, .nonsense:
            complaints.say("held", "the hub does not say what it holds: it is told everything")
            carryOut(machine.heldIsUnknown(at: wall()))
        }
    }

    /// Everything is refused now: there may be another hub that does better.
    private mutating func refused(_ refusal: HubRefusal) {
        complaints.say("refused", "the hub refuses us", ["reason": "\(refusal)"])
        greeting = nil
        machine.unanswered()
        hubs.isRefused(at: SystemClock.monotonic())
    }

    private mutating func greetAgain() {
        greeting = nil
        machine.unanswered()
        hubs.greetAgain()
    }
}
