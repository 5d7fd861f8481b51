internal import Foundation

/// A recorded run of a real fail2ban: what it wrote and what it answered, in the order of time.
///
/// `Tests/Fail2BanTests/Fixtures/README.md` describes the scenarios and the form.
public struct Transcript: Sendable {
    public struct Event: Sendable {
        /// Microseconds since 1970.
        public let moment: Int64
        public let content: Content
    }

    public enum Content: Sendable {
        /// A line of fail2ban.log.
        case line(String)
        /// A person's command begins.
        case command(String)
        case answer(Answered)
    }

    /// What fail2ban-client answered.
    public struct Answered: Sendable {
        /// fail2ban-client's words, such as `get sshd banip --with-time`.
        public let question: String
        /// When it was asked, in microseconds since 1970; the event's moment is when the answer came.
        public let asked: Int64
        public fileprivate(set) var status: Int32
        public fileprivate(set) var output = ""
        public fileprivate(set) var error = ""
    }

    public struct Malformed: Error, CustomStringConvertible {
        public let description: String
    }

    public private(set) var events: [Event] = []

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fail2BanTests/Fixtures")

    /// The names of all recorded scenarios.
    public static var scenarios: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
                .filter { !$0.contains(".") }.sorted()
        }
    }

    public init(_ scenario: String) throws {
        try self.init(
            text: String(contentsOf: Self.folder.appending(path: "\(scenario)/transcript.txt"), encoding: .utf8))
    }

    /// Throws ``Malformed``.
    public init(text: String) throws {
        var last: [String: Answered] = [:]
        var open: (moment: Int64, answer: Answered)?
        func close() {
            guard let (moment, answer) = open else { return }
            events.append(Event(moment: moment, content: .answer(answer)))
            last[answer.question] = answer
            open = nil
        }
        for line in text.split(separator: "\n") {
            if line.hasPrefix("| "), open != nil {
                open?.answer.output += line.dropFirst(2) + "\n"
            } else if line.hasPrefix("! "), open != nil {
                open?.answer.error += line.dropFirst(2) + "\n"
            } else {
                close()
                let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
                guard parts.count == 4, parts[0] == "T", let moment = Int64(parts[1]) else {
                    throw Malformed(description: String(line))
                }
                switch parts[2] {
                case "L": events.append(Event(moment: moment, content: .line(String(parts[3]))))
                case "P": events.append(Event(moment: moment, content: .command(String(parts[3]))))
                case "Q": open = (moment, try Self.answer(parts[3], last))
                default: throw Malformed(description: String(line))
                }
            }
        }
        close()
    }

    /// `<asked µs> <words> -> <status>`, or `-> same`.
    private static func answer(_ text: Substring, _ last: [String: Answered]) throws -> Answered {
        let halves = text.split(separator: " -> ")
        let words = halves.first?.split(separator: " ", maxSplits: 1) ?? []
        guard halves.count == 2, words.count == 2, let asked = Int64(words[0]) else {
            throw Malformed(description: String(text))
        }
        let question = String(words[1])
        if halves[1] == "same", let before = last[question] {
            return Answered(
                question: question, asked: asked, status: before.status, output: before.output, error: before.error)
        }
        guard let status = Int32(halves[1]) else { throw Malformed(description: String(text)) }
        return Answered(question: question, asked: asked, status: status)
    }
}
