internal import BanModel

@testable internal import Fail2Ban

/// What fail2ban's server answers over its socket.
enum PickleTarget: FuzzTarget {
    static let name = "pickle"
    /// Small, so that inputs find the bound.
    private static let limit = 1000

    static func run(_ bytes: [UInt8]) {
        let read: (pickle: Pickle, end: Int)
        do throws(PickleFault) {
            read = try Unpickler.read(bytes, limit: limit)
        } catch {
            if case .malformed(let place) = error { require(place <= bytes.count, "a fault behind the end") }
            return
        }
        require(read.end <= bytes.count, "read beyond the end")
        require(read.pickle.nodes.count <= limit, "\(read.pickle.nodes.count) values")
        // Who reads from a socket waits for more exactly as long as this is said.
        do throws(PickleFault) {
            _ = try Unpickler.read(Array(bytes[..<(read.end - 1)]), limit: limit)
            fatalError("read without its end")
        } catch {
            require(error == .truncated, "without its end: \(error)")
        }
        check(read.pickle)
        checkWords(read.pickle)
    }

    private static func check(_ pickle: Pickle) {
        let reply: SocketReply
        do throws(SocketReply.NotUnderstood) {
            reply = try SocketReply(pickle)
        } catch {
            return requirePlainReason(error.reason, "an answer")
        }
        for question in Answer.questions {
            do throws(SocketReply.NotUnderstood) {
                try reply.answer(to: question, clock: .local).check(of: question)
            } catch {
                requirePlainReason(error.reason, "an answer")
            }
        }
        for instruction in Answer.instructions {
            do throws(SocketReply.NotUnderstood) {
                try reply.answer(to: instruction).check()
            } catch {
                requirePlainReason(error.reason, "an answer")
            }
        }
    }

    /// The texts in it, sent as a request, are these texts.
    private static func checkWords(_ pickle: Pickle) {
        let texts = pickle.nodes.compactMap { node in
            if case .text(let place) = node { String(validating: pickle.text(at: place), as: UTF8.self) } else { nil }
        }
        let sent = try? Unpickler.read(PickledWords.bytes(texts), limit: 2 * limit).pickle.root.items?.map(\.text)
        requireSame(sent?.map { $0.map(Array.init) }, as: texts.map { Array($0.utf8) }, "a request")
    }
}
