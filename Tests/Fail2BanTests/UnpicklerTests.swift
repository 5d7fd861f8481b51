import BanModel
import Foundation
import Testing

@testable import Fail2Ban

/// A reply of the real fail2ban, in one of pickle's protocols.
struct RecordedReply: Sendable {
    let number: Int
    let isOriginal: Bool
    let words: String
    let bytes: [UInt8]

    static let all: [RecordedReply] = {
        guard let path = Bundle.module.path(forResource: "Fixtures/socket-replies", ofType: "txt"),
            let text = try? String(contentsOfFile: path, encoding: .utf8)
        else { preconditionFailure("no recorded replies") }
        return text.split(separator: "\n").enumerated().map { number, line in
            let halves = line.components(separatedBy: " | ")
            let digits = Array(halves[1].utf8)
            let bytes = stride(from: 0, to: digits.count, by: 2).map { index in
                UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)!
            }
            return RecordedReply(
                number: number, isOriginal: line.hasPrefix("5"), words: String(halves[0].dropFirst(2)), bytes: bytes)
        }
    }()

    /// What the answer would be to whichever question or instruction it may have been; nil: not understood.
    func answers() throws -> [Answer?] {
        let jail = try #require(Jail(words.split(separator: " ").dropFirst().first.map(String.init) ?? "quick"))
        let pickle = try Unpickler.read(bytes).pickle
        guard let reply = try? SocketReply(pickle) else { return [] }
        let questions: [Question] = [.jails, .status(jail), .bantime(jail), .bans(jail)]
        return questions.map { try? reply.answer(to: $0, clock: .utc) } + [try? reply.answer(to: .ban(jail, []))]
    }
}

@Suite struct UnpicklerTests {
    private static let isLong = ProcessInfo.processInfo.environment["FAIL2BAN_CLUSTER_LONG_TESTS"] != nil

    private func value(_ bytes: some Sequence<UInt8>) throws -> String {
        let (pickle, end) = try Unpickler.read(Array(bytes))
        #expect(end == Array(bytes).count)
        return describe(pickle.root)
    }

    /// As Python would write it, more or less.
    private func describe(_ value: PickledValue, depth: Int = 0) -> String {
        guard depth < 20 else { return "…" }
        if let text = value.text { return quotation(text) }
        if let (module, name, arguments) = value.object {
            let shown = arguments?.map { describe($0, depth: depth + 1) } ?? ["?"]
            return String(decoding: module, as: UTF8.self) + "." + String(decoding: name, as: UTF8.self)
                + "(\(shown.joined(separator: ", ")))"
        }
        func all(_ group: Int32) -> String {
            value.pickle.groups[Int(group)].map {
                describe(PickledValue(pickle: value.pickle, index: $0), depth: depth + 1)
            }.joined(separator: ", ")
        }
        return switch value.node {
        case .none: "None"
        case .truth(let truth): truth ? "True" : "False"
        case .integer(let number): "\(number)"
        case .hugeInteger: "huge"
        case .real(let number): "\(number)"
        case .bytes(let place): "b" + quotation(value.pickle.text(at: place))
        case .list(let group): "[\(all(group))]"
        case .tuple(let group): "(\(all(group)))"
        case .set(let group): "{\(all(group))}"
        case .dictionary(let group): "d{\(all(group))}"
        case .text, .global, .object, .opaque: "opaque"
        }
    }

    @Test(arguments: [
        ("N.", "None"), ("I01\n.", "True"), ("I00\n.", "False"), ("\u{80}\u{2}\u{88}.", "True"), ("\u{89}.", "False"),
        ("I-1\n.", "-1"), ("L-2147483649L\n.", "-2147483649"), ("K\u{FF}.", "255"), ("M\u{0}\u{1}.", "256"),
        ("J\u{7F}\u{FF}\u{FF}\u{FF}.", "-129"), ("\u{8A}\u{0}.", "0"), ("\u{8A}\u{1}\u{FF}.", "-1"),
        ("\u{8A}\u{5}\u{0}\u{0}\u{0}\u{80}\u{0}.", "2147483648"),
        ("\u{8A}\u{8}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{80}.", "-9223372036854775808"),
        ("\u{8A}\u{9}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{80}\u{0}.", "huge"),
        ("\u{8B}\u{2}\u{0}\u{0}\u{0}\u{0}\u{1}.", "256"), ("L1180591620717411303424L\n.", "huge"),
        ("F1.5\n.", "1.5"), ("G?\u{F8}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}.", "1.5"),
        ("S'a\\n\\x41\\'\"'\n.", #""a\x0AA'\x22""#), ("U\u{2}ab.", "\"ab\""), ("T\u{2}\u{0}\u{0}\u{0}ab.", "\"ab\""),
        ("V\u{E9}\\u20ac\\U0001f600\\u000a\np0\n.", #""\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x0A""#),
        ("X\u{2}\u{0}\u{0}\u{0}ab.", "\"ab\""), ("\u{8C}\u{2}ab.", "\"ab\""),
        ("\u{8D}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}ab.", "\"ab\""),
        ("C\u{2}ab.", "b\"ab\""), ("B\u{2}\u{0}\u{0}\u{0}ab.", "b\"ab\""),
        ("\u{8E}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}ab.", "b\"ab\""),
        ("(lp0\nI1\na(lp1\nI2\naa.", "[1, [2]]"), ("]q\u{0}(K\u{1}]q\u{1}K\u{2}ae.", "[1, [2]]"),
        ("(dp0\nVa\np1\nI1\ns.", "d{\"a\", 1}"), ("}q\u{0}(K\u{1}K\u{2}K\u{3}K\u{4}u.", "d{1, 2, 3, 4}"),
        ("(t.", "()"), (").", "()"), ("(I1\nI2\nI3\ntp0\n.", "(1, 2, 3)"), ("K\u{1}\u{85}.", "(1)"),
        ("K\u{1}K\u{2}\u{86}.", "(1, 2)"), ("K\u{1}K\u{2}K\u{3}\u{87}\u{94}.", "(1, 2, 3)"),
        ("\u{8F}\u{94}(K\u{1}K\u{2}\u{90}.", "{1, 2}"), ("(K\u{1}\u{91}.", "{1}"),
        ("K\u{1}K\u{2}0.", "1"), ("K\u{1}(K\u{2}K\u{3}1.", "1"), ("K\u{1}(0.", "1"), ("K\u{7}2\u{86}.", "(7, 7)"),
        ("K\u{7}q\u{5}0h\u{5}.", "7"), ("K\u{7}r\u{0}\u{1}\u{0}\u{0}0j\u{0}\u{1}\u{0}\u{0}.", "7"),
        ("I7\np9\n0g9\n.", "7"),
        // A list that is named before it is full is full where it is named.
        ("]\u{94}(h\u{0}K\u{1}e0h\u{0}.", "[…1]"),
    ])
    func `plain values of every protocol are read`(text: String, expected: String) throws {
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        let result = try value(bytes)
        if expected.contains("…") {
            #expect(result.hasSuffix(", 1]") && result.contains("…"))
        } else {
            #expect(result == expected)
        }
    }

    @Test(arguments: [
        ("cbuiltins\nException\n(Vx\ntR.", "builtins.Exception(\"x\")"),
        ("(Vx\nibuiltins\nException\n.", "builtins.Exception(\"x\")"),
        ("(cos\nsystem\nVrm\no.", "os.system(\"rm\")"),
        ("cos\nsystem\n(Vrm\ntR}b.", "os.system(\"rm\")"),
        ("cos\nsystem\n)\u{81}.", "os.system()"), ("cos\nsystem\n)}\u{92}.", "os.system()"),
        ("\u{8C}\u{2}os\u{8C}\u{1}x\u{93})R.", "os.x()"),
        ("cbuiltins\nstr\n(V192.0.2.1\ntR.", "\"192.0.2.1\""), ("c__builtin__\nunicode\n(Va\ntR.", "\"a\""),
        ("cbuiltins\nstr\n(I1\ntR.", "builtins.str(1)"), ("cother\nstr\n(Va\ntR.", "other.str(\"a\")"),
        // What a class would have made of it takes whatever is put into it, and shows nothing.
        ("ccollections\nOrderedDict\n)R(K\u{1}K\u{2}u.", "collections.OrderedDict()"),
        ("Psomething\n.", "opaque"), ("NQ.", "opaque"), ("\u{82}\u{1}.", "opaque"), ("cos\nsystem\n.", "opaque"),
    ])
    func `a class is a name, and nothing is run`(text: String, expected: String) throws {
        #expect(try value(text.unicodeScalars.map { UInt8($0.value) }) == expected)
    }

    @Test(arguments: [
        "", "K", "X\u{FF}\u{FF}\u{FF}\u{7F}a", "\u{8D}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}", "I1", "N", "(",
        "V\\u12",
    ])
    func `what ends too early is known`(text: String) {
        #expect(throws: PickleFault.truncated) { try value(text.unicodeScalars.map { UInt8($0.value) }) }
    }

    @Test(arguments: [
        ".", "0.", "1.", "a.", "(.", "(a.", "NNa.", "h\u{0}.", "g1\n.", "t.", "NR.", "(o.", "Ix\n.", "I\n.", "Fx\n.",
        "Sx\n.", "S'\\x'\n.", "(Nd.", "}(Nu.", "\u{FF}.", "nonsense.", "p-1\n.", "q\u{0}.", "N(q\u{0}.",
    ])
    func `what no pickle has is refused`(text: String) {
        let error = #expect(throws: PickleFault.self) { try value(text.unicodeScalars.map { UInt8($0.value) }) }
        guard case .malformed = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
    }

    @Test func `no more values are taken than the limit, however they are made`() {
        let many = 2_000
        for unit in ["N", "(", ")", "]", "N0", "]0", "cos\nx\n0", "Va\n0", "K\u{1}\u{85}0"] {
            let bytes = String(repeating: unit, count: many).unicodeScalars.map { UInt8($0.value) }
            #expect(throws: PickleFault.tooMuch) { try Unpickler.read(bytes, limit: 1_000) }
        }
        for unit in ["2", "h\u{0}", "h\u{0}a", "r\u{FF}\u{FF}\u{FF}\u{FF}"] {
            let bytes = ("]q\u{0}" + String(repeating: unit, count: many)).unicodeScalars.map { UInt8($0.value) }
            #expect(throws: PickleFault.tooMuch) { try Unpickler.read(bytes, limit: 1_000) }
        }
    }

    @Test func `depth costs nothing`() throws {
        let depth = 500_000
        let bytes =
            Array(repeating: UInt8(ascii: "]"), count: depth) + Array(repeating: UInt8(ascii: "a"), count: depth - 1)
        let root = try Unpickler.read(bytes + [UInt8(ascii: ".")]).pickle.root
        #expect(root.items?.count == 1)
    }

    @Test func `what fail2ban answers reads the same in every protocol`() throws {
        let all = RecordedReply.all
        try #require(all.count == 126)
        var original: RecordedReply?
        for reply in all {
            if reply.isOriginal { original = reply }
            #expect(try reply.answers() == original?.answers(), "line \(reply.number + 1)")
        }
        let status = try #require(all.last { $0.isOriginal && $0.words == "status quick" })
        guard
            case .status(let banned, let total) = try SocketReply(Unpickler.read(status.bytes).pickle)
                .answer(to: .status(try jail("quick")))
        else {
            Issue.record("no status")
            return
        }
        #expect(banned.count == 41 && total > 41)
    }

    @Test func `no bytes whatever end the process or take memory without bound`() throws {
        let corpus = RecordedReply.all.map(\.bytes)
        var random = SeededRandom(state: 20_261_126)
        var kinds: [String: Int] = [:]
        let before = try residentMemory()
        for _ in 0..<(Self.isLong ? 200_000 : 10_000) {
            let mutated = mutate(corpus, &random)
            do {
                let pickle = try Unpickler.read(mutated).pickle
                _ = pickle.root.summary
                let reply = try SocketReply(pickle)
                for question in [Question.jails, .status(own), .bantime(own), .bans(own)] {
                    _ = try? reply.answer(to: question, clock: .utc)
                }
                _ = try? reply.answer(to: .ban(own, []))
                kinds["a pair", default: 0] += 1
            } catch let fault as PickleFault {
                if case .malformed = fault {
                    kinds["malformed", default: 0] += 1
                } else {
                    kinds["\(fault)", default: 0] += 1
                }
            } catch {
                kinds["another value", default: 0] += 1
            }
        }
        let grown = try residentMemory() - before
        print("mutated replies:", kinds.sorted { $0.key < $1.key }, "resident memory grew by \(grown >> 20) MiB")
        #expect(kinds["a pair", default: 0] > 0 && kinds["malformed", default: 0] > 0)
        #expect(grown < 256 << 20)
    }

    private let own = Jail("quick")!

    /// Bits turned, bytes replaced, put in, taken out or doubled, lengths made huge, and pieces of two replies joined.
    private func mutate(_ corpus: [[UInt8]], _ random: inout SeededRandom) -> [UInt8] {
        let opcodes = Array("(.012FGIJKLMNPQRSTUVXabcdeghijloprqstu)]}".utf8) + Array(0x80...0x98)
        var bytes = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 1...32, using: &random))
            switch Int.random(in: 0..<8, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = .random(in: 0...255, using: &random)
            case 2: bytes[place] = opcodes.randomElement(using: &random) ?? 0
            case 3: bytes.insert(opcodes.randomElement(using: &random) ?? 0, at: place)
            case 4: bytes.removeSubrange(place..<end)
            case 5: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 6: bytes.replaceSubrange(place..<end, with: repeatElement(0xFF, count: end - place))
            default:
                let other = corpus.randomElement(using: &random) ?? []
                bytes = Array(bytes[..<place]) + other.dropFirst(Int.random(in: 0...other.count, using: &random))
            }
        }
        return bytes
    }

    private func residentMemory() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }
}

/// SplitMix64: the same numbers from the same seed.
private struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
