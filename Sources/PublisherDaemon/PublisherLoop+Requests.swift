internal import BanModel
internal import ClusterCore
internal import ClusterProtocol
internal import DaemonKit
internal import Logging

/// What a request comes to.
extension PublisherLoop {
    /// - Parameters:
    ///   - sender: nil: everybody may ask everything.
    ///   - turn: takes up what is news.
    mutating func answer(
        _ request: [UInt8], from sender: (key: PublicKey, client: Client)?, adding turn: inout Hub.Outcome
    ) -> Answer {
        let question: HubQuestion
        do throws(HubQuestion.Fault) {
            question = try HubQuestion(request)
        } catch {
            complaints.say("message", "a request was refused", ["reason": "\(error.reason)"])
            return .now(error.reply)
        }
        if let refusal = sender.flatMap({ refusal(of: question, from: $0.client) }) {
            refused(refusal, host: sender?.client.host)
            if case .announcement = question { return .now(OldForm.refusal) }
            return .now(refusal.bytes)
        }
        switch question {
        case .announcement(let announcement, let token):
            let outcome = hub.take(announcement, token: token, at: wall())
            if let refusal = outcome.refusal {
                refused(refusal, host: announcement.host)
                return .now(OldForm.refusal)
            }
            turn.add(outcome)
            return .onceStored(OldForm.message(announcement), isOldForm: true, count: 1)
        case .hello(let hello): return .now(answer(hello))
        case .reports(let request):
            let outcome = hub.take(
                request.reports, from: request.host, request.instance, token: request.token,
                trusted: sender?.client.trust ?? .full, at: wall())
            if let refusal = outcome.refusal {
                refused(refusal, host: request.host)
                return .now(refusal.bytes)
            }
            for refusal in outcome.except.values { refused(refusal, host: request.host) }
            turn.add(outcome)
            let reply = ReportsReply.taken(epoch: hub.epoch, except: outcome.except)
            return .onceStored(reply.bytes, isOldForm: false, count: request.reports.count)
        case .progress(let request):
            hub.note(request.progress, from: request.asker.host, at: wall())
            return .now(ProgressRequest.noted)
        case .enrol(let request): return .now(enrol(request, invitedBy: sender?.key).bytes)
        case .keys(let request): return .later(.keys(request))
        case .sync(let request): return .later(.sync(request))
        case .held(let request): return .later(.held(request))
        case .status(let request): return .later(.status(request))
        case .show(let request): return .later(.show(request))
        case .pardon(let request):
            let outcome = hub.pardon(
                request.address, allowances: request.disallows, token: request.asker.token, at: wall())
            if let refusal = outcome.refusal { return .now(refuse(refusal, request.asker)) }
            logger.notice(
                request.disallows ? "disallowed" : "pardoned",
                metadata: [
                    "address": "\(request.address)", "by": "\(request.asker.host)", "reports": "\(outcome.news.count)",
                ])
            turn.add(outcome)
            return .onceStored(PardonReply.pardoned(outcome.news.count).bytes, isOldForm: false, count: 1)
        }
    }

    private func refusal(of question: HubQuestion, from client: Client) -> HubRefusal? {
        question.purposes.lazy.compactMap { client.refusal(of: $0) }.first
    }

    private mutating func enrol(_ request: EnrolRequest, invitedBy guest: PublicKey?) -> EnrolReply {
        guard let guest, admission != nil else {
            return .refusal(HubRefusal(.never, "this hub speaks in the clear: nobody needs to enrol"))
        }
        switch admission!.enrol(request.key, invitedBy: guest, at: wall()) {
        case .enrol(let client):
            logger.notice("enrolled", metadata: ["name": "\(client.name)", "host": "\(client.host)"])
            return .enrolled
        case .isEnrolled: return .enrolled
        case .refused(let refusal):
            refused(refusal, host: request.asker.host)
            return .refusal(refusal)
        }
    }

    mutating func answer(_ question: LongQuestion) -> [UInt8] {
        switch question {
        case .sync(let request):
            // What is broadcast to everybody needs no token.
            logger.debug("sync", metadata: ["host": "\(request.asker.host)", "asks": "\(request.question)"])
            if request.audience != .copies { return answerHub(request) }
            return SyncReply.answer(hub.answer(request.question, atMost: SyncBounds.mostReports)).bytes
        case .keys(let request): return answer(request)
        case .held(let request):
            let held = hub.held(
                of: request.host, request.instance, token: request.token, request.question,
                atMost: HeldReply.mostReports, at: wall())
            switch held {
            case .success(let answer): return HeldReply.answer(answer).bytes
            case .failure(let refusal):
                refused(refusal, host: request.host)
                return refusal.bytes
            }
        case .status(let request):
            if let refusal = hub.refusal(of: request.asker.token) { return refuse(refusal, request.asker) }
            let status = hub.status(store: queue.trouble ?? "ok", friends: friendsStatus, at: wall())
            return StatusReply.status(status).bytes
        case .show(let request):
            if let refusal = hub.refusal(of: request.asker.token) { return refuse(refusal, request.asker) }
            let account = hub.account(of: request.address, for: request.asker.host, at: wall())
            return ShowReply.account(account).bytes
        }
    }

    private mutating func refuse(_ refusal: HubRefusal, _ asker: Asker) -> [UInt8] {
        refused(refusal, host: asker.host)
        return refusal.bytes
    }

    private mutating func answer(_ hello: Hello) -> [UInt8] {
        let greeting = hub.greet(
            hello.host, hello.instance, token: hello.token, longestRequest: ReportsRequest.longest,
            reportsPerRequest: ReportsRequest.mostReports, at: wall())
        switch greeting {
        case .success(let greeting):
            logger.debug("hello", metadata: ["host": "\(hello.host)"])
            hurryFriend(hello.host)
            return greeting.bytes
        case .failure(let refusal):
            refused(refusal, host: hello.host)
            return refusal.bytes
        }
    }

    private mutating func refused(_ refusal: HubRefusal, host: Host?) {
        complaints.say(
            "refused \(refusal.verdict)", "a request was refused",
            ["host": "\(host?.name ?? "")", "reason": "\(refusal.reason)"])
    }
}
