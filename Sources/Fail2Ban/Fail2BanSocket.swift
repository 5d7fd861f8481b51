internal import BanModel
internal import LinuxSystem

/// fail2ban by way of its server's socket: one connection that is kept, and a fraction of a millisecond a question.
///
/// It speaks as fail2ban's client does: a pickled list of words and an end mark; the answer is a pickle and the same mark.
final class Fail2BanSocket: Sendable {
    /// Where the server listens unless it is told otherwise.
    static let usualPath = "/var/run/fail2ban/fail2ban.sock"

    private static let end = Array("<F2B_END_COMMAND>".utf8)
    private static let farewell = Array("<F2B_CLOSE_COMMAND><F2B_END_COMMAND>".utf8)
    /// More than 400,000 bans.
    private static let replyLimit = 32 << 20
    /// In one request. The server reads no further request before it has carried this one out.
    private static let batch = 5000
    /// How often what looks like the end of an answer may turn out to be a part of it.
    private static let mostEndsWithin = 16

    /// After a request of this length fail2ban is left to others, for so long: they get in after this one, and not after the
    /// next. What is shorter keeps nobody waiting. In microseconds.
    private static let (longRequest, rest) = (Int64(20_000), Int64(10_000))

    private let path: String
    private let timeLimit: Duration
    /// The connection, while nobody uses it.
    private let idle = Guarded<LocalStream?>(nil)
    /// Until when fail2ban is left to others, by the monotonic clock.
    private let resting = Guarded<Int64>(0)

    /// - Parameters:
    ///   - path: of the server's socket.
    ///   - timeLimit: for one request. The server answers nobody while it stops a jail or carries out a batch.
    init(path: String, timeLimit: Duration) {
        self.path = path
        self.timeLimit = timeLimit
    }

    deinit {
        // Without it the server closes the connection all the same, when it finds it broken.
        try? idle.withLock { $0 }?.send(Self.farewell, by: SystemClock.monotonic())
    }

    /// Never waits longer than the time limit, or than the stop; what failed is said in the answer.
    func ask(_ question: Question, until stop: Wakeup?) throws(SocketReply.NotUnderstood) -> Answer {
        if question.jail?.isReserved == true { return .noSuchJail }
        switch exchange(question.words, mayRepeat: true, stop) {
        case .reply(let pickle): return try SocketReply(pickle).answer(to: question)
        case .notUnderstood(let reason): throw SocketReply.NotUnderstood(reason: reason)
        case .none(let answer): return answer
        }
    }

    /// Bans or frees all the addresses; ends at the first request that fails, with those before it done.
    ///
    /// An answer that was lost is not asked for again: the second one would count what the first has done.
    func carryOut(_ instruction: Instruction, until stop: Wakeup?) throws(SocketReply.NotUnderstood) -> Answer {
        if instruction.jail.isReserved { return .noSuchJail }
        var sum = 0
        for words in instruction.words(atMost: Self.batch) {
            switch exchange(words, mayRepeat: false, stop) {
            case .reply(let pickle):
                let answer = try SocketReply(pickle).answer(to: instruction)
                guard case .changed(let count) = answer else { return answer }
                sum += count
            case .notUnderstood(let reason): throw SocketReply.NotUnderstood(reason: reason)
            case .none(let answer): return answer
            }
        }
        return .changed(sum)
    }

    // MARK: One request

    private enum Outcome {
        case reply(Pickle)
        case notUnderstood(String)
        /// There was none, for this reason.
        case none(Answer)
    }

    /// - Parameter mayRepeat: whether the request may be made again where nobody knows whether the server has heard it.
    private func exchange(_ words: [String], mayRepeat: Bool, _ stop: Wakeup?) -> Outcome {
        let deadline = SystemClock.monotonic() + timeLimit.inMicroseconds
        let request = PickledWords.bytes(words) + Self.end
        var isFirst = true
        while true {
            var wasHeard = false
            do throws(StreamFault) {
                try LocalStream.pause(until: resting.withLock { $0 }, orStop: stop)
                let stream = try connection(by: deadline, stop)
                let begin = SystemClock.monotonic()
                try stream.send(request, by: deadline, until: stop)
                wasHeard = true
                let outcome = try receive(from: stream, by: deadline, stop)
                let end = SystemClock.monotonic()
                if end - begin > Self.longRequest { resting.withLock { $0 = end + Self.rest } }
                if case .reply = outcome { idle.withLock { $0 = stream } }
                return outcome
            } catch .ended where isFirst && (mayRepeat || !wasHeard) {
                // fail2ban was restarted since, or is just ending: the next connection tells.
                isFirst = false
            } catch {
                return .none(answer(for: error))
            }
        }
    }

    /// The one that is kept, unless the server has hung up meanwhile.
    private func connection(by deadline: Int64, _ stop: Wakeup?) throws(StreamFault) -> LocalStream {
        let kept = idle.withLock { idle in
            defer { idle = nil }
            return idle
        }
        if let kept, kept.isQuiet { return kept }
        return try LocalStream(to: path, by: deadline, until: stop)
    }

    private func receive(
        from stream: LocalStream, by deadline: Int64, _ stop: Wakeup?
    ) throws(StreamFault) -> Outcome {
        var bytes: [UInt8] = []
        var tries = 0
        while true {
            try stream.receive(into: &bytes, by: deadline, until: stop)
            guard bytes.count <= Self.replyLimit else {
                return .none(.unclear("an answer of more than \(Self.replyLimit) bytes"))
            }
            guard bytes.suffix(Self.end.count) == Self.end[...] else { continue }
            do throws(PickleFault) {
                let (pickle, end) = try Unpickler.read(bytes)
                guard end == bytes.count - Self.end.count else {
                    return .notUnderstood("an answer with something behind it: \(quotation(bytes))")
                }
                if let items = pickle.root.items, items.count == 1,
                    items.first?.text?.elementsEqual("SHUTDOWN".utf8) == true
                {
                    return .none(.notRunning("fail2ban is shutting down"))
                }
                return .reply(pickle)
            } catch {
                tries += 1
                // The mark may stand in a text that is longer.
                if error == .truncated, tries < Self.mostEndsWithin { continue }
                return .notUnderstood("an answer that is no pickle: \(quotation(bytes))")
            }
        }
    }

    private func answer(for fault: StreamFault) -> Answer {
        switch fault {
        case .timedOut: .unclear("no answer within \(timeLimit)")
        case .stopped: .unclear("given up, since the daemon ends")
        case .ended: .unclear("fail2ban hung up before it answered")
        case .failed(let error):
            if error.isNotPermitted {
                .impossible("\(error)")
            } else if error.isMissing || error.isRefused {
                .notRunning("\(error)")
            } else {
                .unclear("\(error)")
            }
        }
    }
}
