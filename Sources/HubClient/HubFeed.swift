public import BanModel
public import ClusterProtocol
public import ZeroMQ

/// One hub as a keeper of a copy sees it: what it broadcasts, and questions to it, one at a time.
///
/// All times are monotonic microseconds.
public final class HubFeed {
    public enum Event {
        /// A connection to the broadcasts stands: what was broadcast before it may have been missed.
        case joined
        /// The hub does not let us listen; it is tried again.
        case unheard
        case broadcast(Broadcast)
        /// To friends.
        case shared(SharedBroadcast)
        /// In the old form.
        case announcement(Announcement)
        /// A broadcast that is none.
        case dropped(reason: String)
        /// Nothing else is under way; nil: a hub of the old form, which nobody can ask.
        case greeted(HubGreeting?, asked: Int64)
        /// To the request that was under way.
        case reply([UInt8])
        /// It cannot be asked; a request that was under way had no answer.
        case lost(reason: String)
    }

    /// How often a hub is to be greeted anew, in microseconds: it may have another clock, or another epoch, by then.
    public static let greetingPause: Int64 = 300_000_000

    /// How often ``hurry(at:)`` is heeded: a connection that is just being made needs its time.
    private static let hurryPause: Int64 = 2_000_000
    /// So many are taken in one turn.
    private static let turn = 1_000
    /// How long an answer may take: a slow line takes its time for the largest.
    private static let timeLimit: Int64 = 30_000_000

    public let endpoint: String
    private let broadcasts: BroadcastListener
    private let link: HubLink?
    private var prefixFilter: [UInt8]
    private var hearsOldForm: Bool
    private let audience: Audience
    /// Whether the hub has greeted us in the new form.
    private var isNew = false
    private var hurriedAt: Int64?
    private var isHurried = false

    /// - Parameters:
    ///   - replies: where it is asked; nil: it is of the old form.
    ///   - curve: for both; nil: in the clear.
    ///   - prefixFilter: of the broadcasts of the old form.
    public init(
        context: Context, broadcasts endpoint: String, replies: String?, curve: CurveClient?, prefixFilter: String,
        at now: Int64
    ) throws(ZMQError) {
        self.endpoint = endpoint
        broadcasts = try BroadcastListener(
            context: context, address: HubAddress(endpoint: endpoint, curve: curve),
            prefixes: [replies == nil ? Array(prefixFilter.utf8) : [Broadcast.mark]],
            ofHub: false, at: now)
        link = replies.map { HubLink(context: context, address: HubAddress(endpoint: $0, curve: curve)) }
        self.prefixFilter = Array(prefixFilter.utf8)
        hearsOldForm = replies == nil
        audience = .copies
    }

    /// As a hub hears and asks another one, a friend or a twin.
    public init(
        context: Context, broadcasts endpoint: String, replies: String, curve: CurveClient?, as audience: Audience,
        at now: Int64
    ) throws(ZMQError) {
        self.endpoint = endpoint
        broadcasts = try BroadcastListener(
            context: context, address: HubAddress(endpoint: endpoint, curve: curve), prefixes: [[audience.mark]],
            ofHub: true, at: now)
        link = HubLink(context: context, address: HubAddress(endpoint: replies, curve: curve), pace: .ofHubs)
        (prefixFilter, hearsOldForm, self.audience) = ([], false, audience)
    }

    /// Whether a request may be sent now.
    public var isIdle: Bool { isNew && link?.isIdle == true }

    /// When ``work(at:hello:)`` has something to do unasked.
    public var deadline: Int64? {
        if isHurried || link?.isOpen == false { return 0 }
        return [link?.deadline(limit: Self.timeLimit), broadcasts.restsUntil, turn?.due].compactMap { $0 }.min()
    }

    public func register(in ready: inout PollSet) {
        broadcasts.register(in: &ready)
        link?.register(in: &ready)
    }

    /// The prefix of the old form's broadcasts from now on.
    public func reconfigure(prefixFilter new: String) throws(ZMQError) {
        let old = prefixFilter
        prefixFilter = Array(new.utf8)
        guard hearsOldForm, old != prefixFilter else { return }
        // The new one first: what both let through is missed at no moment.
        try broadcasts.subscribe(prefixFilter)
        try broadcasts.unsubscribe(old)
    }

    /// What has happened, in its order.
    public func work(at now: Int64, hello: () -> [UInt8]) throws(ZMQError) -> [Event] {
        var events: [Event] = []
        for event in try broadcasts.work(at: now) {
            switch event {
            case .joined: events.append(.joined)
            case .refused: events.append(.unheard)
            }
        }
        for event in try link?.work(hello: hello, limit: Self.timeLimit, at: now) ?? [] {
            events.append(try take(event, at: now))
        }
        // Only now: whether a connection stands was perhaps not read yet.
        if isHurried {
            isHurried = false
            try broadcasts.connectAnew(at: now)
            try link?.connectAnew(at: now)
        } else if let turn, turn.due <= now {
            switch turn.road {
            case .broadcasts: try broadcasts.connectAnew(at: now)
            case .replies: try link?.connectAnew(at: now)
            }
        }
        for _ in 0..<Self.turn {
            guard let message = try broadcasts.receive() else { break }
            events.append(Self.read(message))
        }
        return events
    }

    /// Only while ``isIdle``. Returns false where it cannot be sent: the hub is about to be lost.
    public func ask(_ bytes: [UInt8], at now: Int64) throws(ZMQError) -> Bool {
        try link?.ask(bytes, at: now) ?? false
    }

    /// It is greeted before the next request: it began anew, or its clock is to be asked.
    public func greetAgain(_ hello: [UInt8], at now: Int64) throws(ZMQError) { try link?.greet(hello, at: now) }

    /// It refused, or answered nonsense: it is left alone for a while, longer each time.
    public func rest(at now: Int64) { link?.rest(at: now) }

    /// Whatever has no connection to the hub tries in the next turn, and not when its time comes: the hub has just been heard to
    /// be there.
    public func hurry(at now: Int64) {
        if let hurriedAt, now - hurriedAt < Self.hurryPause { return }
        hurriedAt = now
        isHurried = true
    }

    /// Its next trouble begins with a short pause.
    public func isWell() { link?.isWell() }

    /// Which road is to be tried anew next; nil: libzmq's own tries do.
    private var turn: ConnectionTurn? {
        guard audience != .copies else { return nil }
        return ConnectionTurn(broadcasts: broadcasts.attempt, replies: link?.attempt)
    }

    private func take(_ event: HubLink.Event, at now: Int64) throws(ZMQError) -> Event {
        switch event {
        case .reply(let bytes): return .reply(bytes)
        case .lost(let reason):
            isNew = false
            return .lost(reason: reason)
        case .greeted(.greeting(let greeting), let asked):
            isNew = true
            try hearOldForm(false)
            return .greeted(greeting, asked: asked)
        case .greeted(.oldHub, let asked):
            isNew = false
            try hearOldForm(true)
            return .greeted(nil, asked: asked)
        case .greeted(.refusal(let refusal), _):
            isNew = false
            link?.giveUp(at: now)
            return .lost(reason: "the hub refuses us: \(refusal.reason)")
        case .greeted(.nonsense, _):
            isNew = false
            link?.giveUp(at: now)
            return .lost(reason: "the hub answered nonsense")
        }
    }

    private func hearOldForm(_ wanted: Bool) throws(ZMQError) {
        guard wanted != hearsOldForm, audience == .copies else { return }
        hearsOldForm = wanted
        if wanted { try broadcasts.subscribe(prefixFilter) } else { try broadcasts.unsubscribe(prefixFilter) }
    }

    private static func read(_ message: SingleFrame) -> Event {
        guard case .frame(let bytes) = message else { return .dropped(reason: "a broadcast of several frames") }
        if [Audience.copies.mark, Audience.twins.mark].contains(bytes.first) {
            do throws(HubRefusal) {
                return .broadcast(try Broadcast(reading: bytes))
            } catch {
                return .dropped(reason: error.reason)
            }
        }
        if bytes.first == SharedBroadcast.mark {
            do throws(HubRefusal) {
                return .shared(try SharedBroadcast(reading: bytes))
            } catch {
                return .dropped(reason: error.reason)
            }
        }
        do throws(OldForm.Fault) {
            return .announcement(try OldForm.readBroadcast(bytes))
        } catch {
            return .dropped(reason: "\(error)")
        }
    }
}
