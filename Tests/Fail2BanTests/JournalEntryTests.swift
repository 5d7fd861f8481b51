import BanModel
import Foundation
import Testing

@testable import Fail2Ban

private let readAt = Timestamp(microseconds: 1_795_305_600_000_000)  // 2026-11-22 00:00 UTC

@Suite struct JournalEntryTests {
    private func entry(_ line: String) throws -> JournalEntry { try JournalEntry(Array(line.utf8)[...]) }

    private func parse(_ fields: String) throws -> ParsedLine {
        var parser = LogParser(clock: .utc)
        return parser.parse(
            try entry(
                #"{"__CURSOR":"s=1","_UID":"0","_SYSTEMD_UNIT":"fail2ban.service","_PID":"1","PRIORITY":"4","#
                    + #""_TRANSPORT":"journal","SYSLOG_IDENTIFIER":"fail2ban","LOGGER":"fail2ban.actions",\#(fields)}"#),
            readAt: readAt)
    }

    @Test func `hostile entries do not count, and fail2ban's do`() throws {
        var parser = LogParser(clock: .utc)
        for (expected, line) in try verdicts("hostile-journal.json") {
            let parsed = parser.parse(try entry(line), readAt: readAt)
            #expect(verdict(parsed) == expected, "\(line): \(parsed)")
        }
    }

    @Test func `what a real fail2ban wrote into the journal in five ways is understood, entry by entry`() throws {
        var parser = LogParser(clock: .utc)
        var counts: [String: [String: Int]] = [:]
        for line in try fixture("journal.json") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
            let parsed = parser.parse(try entry(line), readAt: readAt)
            let message = try #require(object["MESSAGE"])
            guard object["_SYSTEMD_UNIT"] == "fail2ban.service" else {
                #expect(verdict(parsed) == "refused", "\(line): \(parsed)")
                continue
            }
            // On standard output a message of several lines is several entries: the attacker's have his process's number.
            let expected =
                object["_TRANSPORT"] == "stdout" && message.contains("[666]: NOTICE")
                    && message.hasSuffix("203.0.113.1")
                ? "refused" : matters(message) && !message.contains("203.0.113") ? "record" : "unrelated"
            if object["_TRANSPORT"] == "stdout", message.hasPrefix("fail2ban.actions [666]") {
                #expect(verdict(parsed) == "unrelated" || verdict(parsed) == "refused")
                continue
            }
            #expect(verdict(parsed) == expected, "\(line): \(parsed)")
            counts[object["_PID"]!, default: [:]][expected, default: 0] += 1
            guard case .record(let record) = parsed else { continue }
            let came = try #require(Int64(object["__REALTIME_TIMESTAMP"]!))
            #expect((came - 10_000...came).contains(record.time.microseconds), "\(line)")
        }
        #expect(counts.count == 5)
        for (process, count) in counts { #expect(count["record"] == 11, "\(process)") }
    }

    @Test func `the time is fail2ban's own, else the writer's, else journald's`() throws {
        func time(_ fields: String) throws -> Int64? {
            guard case .record(let record) = try parse(fields) else { return nil }
            return record.time.microseconds
        }
        let message = #""MESSAGE":"[sshd] Ban 192.0.2.1""#
        #expect(try time(#"\#(message),"__REALTIME_TIMESTAMP":"1795226400123456""#) == 1_795_226_400_123_456)
        #expect(
            try time(
                #"\#(message),"__REALTIME_TIMESTAMP":"1795226400123456","_SOURCE_REALTIME_TIMESTAMP":"1795226400123400""#
            )
                == 1_795_226_400_123_400)
        let whole = "2026-11-21 02:00:00,123 fail2ban.actions        [1]: NOTICE  [sshd] Ban 192.0.2.1"
        #expect(
            try time(#""MESSAGE":"\#(whole)","__REALTIME_TIMESTAMP":"1795226400999999""#) == 1_795_226_400_123_000)
    }

    @Test(arguments: [
        "", "-- No entries --", "{", "{}", #"{"MESSAGE":"x"}"#, #"{"__CURSOR":""}"#, #"{"__CURSOR":"a b"}"#,
        #"{"__CURSOR":null}"#, #"{"__CURSOR":"s=1"} x"#, #"{"__CURSOR":"s=1","__CURSOR":"s=2"}"#,
        #"{"__CURSOR":"s=1",}"#,
        #"{"__CURSOR":"s=1" "x":"y"}"#, #"["__CURSOR"]"#, #"{"__CURSOR":"s=1","x":[[[1]]]}"#,
        #"{"__CURSOR":"s=1","x":{}}"#,
        #"{"__CURSOR":"s=1","x":"\q"}"#, #"{"__CURSOR":"s=1","x":"\u12"}"#, #"{"__CURSOR":"s=1","x":"\ud800x"}"#,
        #"{"__CURSOR":"s=1","x":true}"#, "{\"__CURSOR\":\"s=1\",\"x\":\"a\nb\"}",
    ])
    func `a line that is no entry is refused with a reason`(line: String) throws {
        let error = #expect(throws: JournalEntry.Malformed.self) { try entry(line) }
        let reason = try #require(error?.reason)
        #expect(reason.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        #expect(reason.hasPrefix("not an entry of the journal: ") || reason.contains("without a cursor"))
    }

    @Test func `every cut of an entry is no entry`() throws {
        let whole = #"{"__CURSOR":"s=1","MESSAGE":[1,2],"a":"\u00e9\n","b":null,"c":["x",[1]]}"#
        _ = try entry(whole)
        let bytes = Array(whole.utf8)
        for length in bytes.indices {
            #expect(throws: JournalEntry.Malformed.self) { try JournalEntry(bytes[..<length]) }
        }
    }
}

@Suite struct FlatObjectTests {
    @Test(arguments: [
        (#""text""#, FlatObject.Value.bytes(Array("text".utf8))), (#""""#, .bytes([])),
        (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000""#, .bytes(Array("\"\\/\u{8}\u{C}\n\r\té😀\0".utf8))),
        ("null", .null), ("12", .bytes(Array("12".utf8))), ("-1.5e3", .bytes(Array("-1.5e3".utf8))), ("[]", .bytes([])),
        ("[0, 255 ,10]", .bytes([0, 255, 10])), (#"["a","b"]"#, .several), ("[[1,2],[3]]", .several),
        (#"[1,"a"]"#, .several), ("[256]", .several),
    ])
    func `values are read as they are written`(text: String, value: FlatObject.Value) throws {
        let object = try #require(FlatObject(Array(#" { "x" : \#(text) , "y":"z" } "#.utf8)[...]))
        #expect(object.values == ["x": value, "y": .bytes(Array("z".utf8))])
    }

    @Test func `what is altered anywhere is read or refused, and never crashes`() {
        let whole = Array(#"{"__CURSOR":"s=1","MESSAGE":[1,2],"a":"\u00e9\n\ud83d\ude00","b":null,"c":["x",[1]]}"#.utf8)
        for index in whole.indices {
            for byte in UInt8.min...UInt8.max {
                var altered = whole
                altered[index] = byte
                guard let object = FlatObject(altered[...]) else { continue }
                #expect(object.values.count <= 5)
            }
        }
    }
}
