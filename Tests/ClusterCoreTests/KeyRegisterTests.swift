import BanModel
import Testing

@testable import ClusterCore

@Suite struct KeyRegisterTests {
    private typealias Folder = [String: KeyRegister.File]

    private static func file(_ text: String, changed seconds: Double = 0) -> KeyRegister.File {
        KeyRegister.File(contents: Array(text.utf8), changed: .at(seconds))
    }

    /// A hub's folder and register, as its twin sees them.
    private struct Twin {
        var folder: Folder = [:]
        var register = KeyRegister()

        mutating func look(at seconds: Double) { _ = register.note(folder, at: .at(seconds)) }

        mutating func hear(_ other: Twin) {
            for entry in register.news(in: other.register.entries) {
                if register.changesFolder(entry) {
                    folder[entry.name] = entry.contents.map { KeyRegister.File(contents: $0, changed: .at(0)) }
                }
                register.accept(entry)
            }
        }

        var contents: [String: String] { folder.mapValues { String(decoding: $0.contents, as: UTF8.self) } }
    }

    private static func exchange(_ one: inout Twin, _ other: inout Twin, at seconds: Double) {
        one.look(at: seconds)
        other.look(at: seconds)
        one.hear(other)
        other.hear(one)
        // What a twin told is nothing that was changed here.
        let known = (one.register.entries, other.register.entries)
        one.look(at: seconds)
        other.look(at: seconds)
        #expect(known == (one.register.entries, other.register.entries))
        #expect(one.register.digest == other.register.digest)
        #expect(one.contents == other.contents)
    }

    @Test func `what is in either folder comes into both, and what is taken out of either goes out of both`() {
        var one = Twin(folder: ["a.conf": Self.file("a"), "b.conf": Self.file("b")])
        var other = Twin(folder: ["c.conf": Self.file("c")])
        Self.exchange(&one, &other, at: 10)
        #expect(one.contents == ["a.conf": "a", "b.conf": "b", "c.conf": "c"])
        other.folder["a.conf"] = nil
        one.folder["b.conf"] = Self.file("B", changed: 20)
        Self.exchange(&one, &other, at: 20)
        #expect(one.contents == ["b.conf": "B", "c.conf": "c"])
        // One that was taken away may come again.
        one.folder["a.conf"] = Self.file("a", changed: 0)
        Self.exchange(&one, &other, at: 30)
        #expect(other.contents["a.conf"] == "a")
    }

    @Test func `a key that was taken away at one while the other was away does not come back from that`() {
        var one = Twin(folder: ["a.conf": Self.file("a")])
        var other = Twin()
        Self.exchange(&one, &other, at: 10)
        one.folder["a.conf"] = nil
        one.look(at: 20)
        // The other knows it still; also where it has lost what it knew, but not the file.
        var forgetful = Twin(folder: other.folder)
        Self.exchange(&one, &other, at: 30)
        #expect(other.contents == [:])
        Self.exchange(&one, &forgetful, at: 30)
        #expect(forgetful.contents == [:])
    }

    @Test func `a removal is newer than what it removes, whatever the clocks say`() {
        var one = Twin(folder: ["a.conf": Self.file("a", changed: 5_000)])
        var other = Twin()
        Self.exchange(&one, &other, at: 10)
        other.folder["a.conf"] = nil
        Self.exchange(&one, &other, at: 20)
        #expect(one.contents == [:])
    }

    @Test func `a file that grew too long to be told is not taken away, and its last version can be no later than all`()
    {
        var one = Twin(folder: ["a.conf": Self.file("a"), "b.conf": Self.file("b", changed: 1e15)])
        var other = Twin()
        Self.exchange(&one, &other, at: 10)
        one.folder["a.conf"] = Self.file(String(repeating: "a", count: KeyEntry.longestContents + 1), changed: 20)
        one.look(at: 20)
        other.hear(one)
        #expect(other.contents == ["a.conf": "a", "b.conf": "b"])
        #expect(one.register.entries.map(\.version).max() == .latest)
        one.folder["a.conf"] = nil
        one.folder["b.conf"] = nil
        one.look(at: 30)
        other.hear(one)
        #expect(other.contents == [:])
    }

    @Test(arguments: 0..<100) func `in whatever order it is told, both come to hold the same`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var twins = [Twin(), Twin(), Twin()]
        for second in 0..<60 {
            let index = random.below(3)
            let name = "\(["a", "b", "c"][random.below(3)]).conf"
            switch random.below(4) {
            case 0: twins[index].folder[name] = Self.file("\(random.below(3))", changed: Double(second))
            case 1: twins[index].folder[name] = nil
            case 2: twins[index].look(at: Double(second))
            default:
                twins[index].look(at: Double(second))
                twins[index].hear(twins[random.below(3)])
            }
        }
        for index in twins.indices { twins[index].look(at: 60) }
        for _ in 0..<3 { for index in twins.indices { for other in twins { twins[index].hear(other) } } }
        #expect(twins[0].contents == twins[1].contents)
        #expect(twins[0].contents == twins[2].contents)
        #expect(Set(twins.map(\.register.digest)).count == 1)
    }

    @Test func `of what was taken away the oldest is forgotten, and no key is`() {
        var register = KeyRegister()
        for number in 0..<(KeyRegister.most + 10) {
            register.accept(KeyEntry(name: "\(number).conf", version: Int64(number), contents: number < 5 ? [1] : nil)!)
        }
        #expect(register.entries.count == KeyRegister.most)
        #expect(register.entries.count { $0.contents != nil } == 5)
        #expect(!register.entries.contains { $0.name == "5.conf" })
    }

    @Test func `a name that is none of the folder's is refused`() {
        for name in ["", ".hidden", "../up", "a/b", "a b", String(repeating: "a", count: 256), "ä"] {
            #expect(KeyEntry(name: name, version: 1, contents: []) == nil, "\(name)")
        }
        #expect(KeyEntry(name: "a.conf", version: 1, contents: Array(repeating: 0, count: 4_097)) == nil)
        #expect(KeyEntry(name: "a.conf", version: -1, contents: nil) == nil)
        #expect(KeyEntry(name: "web-1_x.conf", version: 0, contents: nil) != nil)
    }
}
