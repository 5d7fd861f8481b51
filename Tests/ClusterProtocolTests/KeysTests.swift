import BanModel
import Testing

@testable import ClusterProtocol

@Suite struct KeysTests {
    private static let asker = Asker(host: Host(String(repeating: "a", count: 32))!, token: nil)

    private static func entry(_ name: String, _ contents: [UInt8]?) -> KeyEntry {
        KeyEntry(name: name, version: 1_800_000_000_000_000, contents: contents)!
    }

    @Test func `a question is read as it was asked`() throws {
        for after in [nil, "web1.conf"] {
            let request = KeysRequest(asker: Self.asker, after: after)
            #expect(try HubQuestion(request.bytes) == .keys(request))
        }
        for line in ["", "some", "after", "after ../x", "all x"] {
            #expect(throws: HubQuestion.Fault.self) { try HubQuestion(Array("KEYS|a\n\(line)".utf8)) }
        }
        #expect(throws: HubQuestion.Fault.self) { try HubQuestion(Array("KEYS|a".utf8)) }
        #expect(try HubQuestion(Array("KEYS|a\nall".utf8)).purposes == [.befriend(as: Host("a")!)])
    }

    @Test func `an answer is read as it was written, in parts where it is long`() {
        let entries = (0..<600).map { number in
            Self.entry(
                "host\(1_000 + number).conf",
                number % 3 == 0 ? nil : Array(repeating: UInt8(number % 256), count: 4_000))
        }
        var told: [KeyEntry] = []
        var after: String?
        var parts = 0
        repeat {
            let reply = KeysReply(entries, after: after)
            guard case .entries(let part, let isWhole) = KeysReply(reply.bytes) else {
                Issue.record("nonsense")
                return
            }
            #expect(reply.bytes.count < SyncBounds.longest)
            told += part
            parts += 1
            after = isWhole ? nil : part.last?.name
        } while after != nil
        #expect(told == entries)
        #expect(parts > 2)
        #expect(
            KeysReply(KeysReply([Self.entry("a.conf", [])], after: nil).bytes)
                == .entries([Self.entry("a.conf", [])], isWhole: true))
    }

    @Test(arguments: [
        "KEYS", "KEYS some", "KEYS part", "KEYS whole\nkey a.conf 1", "KEYS whole\nkey a.conf 1 0",
        "KEYS whole\nkey a.conf 1 W2N", "KEYS whole\nkey a.conf 1 W2N*",
        "KEYS whole\nkey ../a 1 00", "KEYS whole\ngone a.conf 1 00", "KEYS whole\ngone a.conf -1", "KEYS whole x",
    ]) func `what is no answer is none`(text: String) {
        #expect(KeysReply(Array(text.utf8)) == .nonsense)
    }

    @Test func `a refusal is one`() {
        let refusal = HubRefusal(.later, "not for you")
        #expect(KeysReply(refusal.bytes) == .refusal(refusal))
    }

    @Test func `a twin's sign of life tells the digest of its keys`() throws {
        let beacon = Broadcast(epoch: 1, sequence: 2, reports: [], levels: [:], keys: 0xAB)
        #expect(try Broadcast(reading: beacon.bytes(to: .twins)) == beacon)
        #expect(throws: HubRefusal.self) { try Broadcast(reading: Array("\u{03}REPORTS 1 2\nkeys".utf8)) }
    }
}
