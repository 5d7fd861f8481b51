internal import BanModel

@testable internal import ClusterProtocol

/// A message of the new form, as a hub reads it, as who has asked one does, and as who hears its broadcasts.
enum ProtocolTarget: FuzzTarget {
    static let name = "protocol"
    private static let host = Host("web1")!
    /// How many reports the request had that is answered.
    private static let reports = 3

    static func run(_ bytes: [UInt8]) {
        checkQuestion(bytes)
        checkBroadcast(bytes)
        checkReplies(bytes)
        checkShared(bytes)
    }

    private static func checkQuestion(_ bytes: [UInt8]) {
        let refusal = HubQuestion.refusal(toRequest: bytes, HubRefusal(.later, "no"), epoch: 1)
        require(!refusal.isEmpty, "a refusal without a word")
        do throws(HubQuestion.Fault) {
            let question = try HubQuestion(bytes)
            require(!question.purposes.isEmpty, "a question that anybody may ask")
            requireSame(try HubQuestion(question.bytes), as: question, "a question")
            if question.isMadeOfWords {
                // No number has a second way to be written. (Behind them stands a signature, which may hold the same character.)
                let hasSign = lines(of: bytes).dropFirst().contains { line in
                    line.split(separator: UInt8(ascii: " ")).prefix { $0 != ArraySlice("by".utf8) }
                        .contains { $0.contains(UInt8(ascii: "+")) }
                }
                require(!hasSign, "a number with a sign")
            }
        } catch {
            requireReason(error.reason, "a question")
            switch error {
            case .oldForm: require(error.reply == OldForm.refusal, "a refusal of another form")
            case .newForm(let refusal): requireSame(HubRefusal(reading: error.reply), as: refusal, "a refusal")
            }
        }
    }

    private static func checkBroadcast(_ bytes: [UInt8]) {
        do throws(HubRefusal) {
            let broadcast = try Broadcast(reading: bytes)
            requireSame(try Broadcast(reading: broadcast.bytes), as: broadcast, "a broadcast")
        } catch {
            requireReason(error.reason, "a broadcast")
        }
    }

    /// What friends tell each other.
    private static func checkShared(_ bytes: [UInt8]) {
        do throws(HubRefusal) {
            let broadcast = try SharedBroadcast(reading: bytes)
            requireSame(try SharedBroadcast(reading: broadcast.bytes), as: broadcast, "a friend's broadcast")
        } catch {
            requireReason(error.reason, "a friend's broadcast")
        }
        let sync = SyncReply<SharedReport>(bytes)
        if sync != .nonsense { requireSame(SyncReply<SharedReport>(sync.bytes), as: sync, "what a friend answers") }
    }

    private static func checkReplies(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            requireSame(HubRefusal(reading: refusal.bytes), as: refusal, "a refusal")
            require(!refusal.reason.isEmpty, "a refusal without a reason")
        }
        if case .greeting(let greeting) = HelloReply(bytes) {
            requireSame(HelloReply(greeting.bytes), as: .greeting(greeting), "a greeting")
        }
        let held = HeldReply(bytes, host: host)
        if held != .nonsense { requireSame(HeldReply(held.bytes, host: host), as: held, "what is held") }
        let taken = ReportsReply(bytes, count: reports)
        if taken != .nonsense { requireSame(ReportsReply(taken.bytes, count: reports), as: taken, "what is taken") }
        if case .taken(_, let refusals) = taken {
            for refusal in refusals.values { require(!refusal.reason.isEmpty, "a refusal without a reason") }
        }
        let sync = SyncReply<Report>(bytes)
        if sync != .nonsense { requireSame(SyncReply<Report>(sync.bytes), as: sync, "what is copied") }
        let status = StatusReply(bytes)
        if status != .nonsense { requireSame(StatusReply(status.bytes), as: status, "a status") }
        let show = ShowReply(bytes)
        if show != .nonsense { requireSame(ShowReply(show.bytes), as: show, "what is shown") }
        let pardon = PardonReply(bytes)
        if pardon != .nonsense { requireSame(PardonReply(pardon.bytes), as: pardon, "a pardon") }
        let enrol = EnrolReply(bytes)
        if enrol != .nonsense { requireSame(EnrolReply(enrol.bytes), as: enrol, "an enrolment") }
        let keys = KeysReply(bytes)
        if keys != .nonsense { requireSame(KeysReply(keys.bytes), as: keys, "a twin's keys") }
    }
}

extension HubQuestion {
    /// Whether what stands below its first line is made of names, addresses and numbers.
    fileprivate var isMadeOfWords: Bool {
        switch self {
        case .announcement, .hello, .enrol: false
        default: true
        }
    }

    /// As its asker writes it.
    fileprivate var bytes: [UInt8] {
        switch self {
        case .announcement(let announcement, let token): OldForm.request(announcement, token: token)
        case .hello(let request): request.bytes
        case .reports(let request): request.bytes
        case .sync(let request): request.bytes
        case .progress(let request): request.bytes
        case .held(let request): request.bytes
        case .status(let request): request.bytes
        case .show(let request): request.bytes
        case .pardon(let request): request.bytes
        case .enrol(let request): request.bytes
        case .keys(let request): request.bytes
        }
    }
}
