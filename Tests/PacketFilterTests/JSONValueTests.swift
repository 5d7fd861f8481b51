import Testing

@testable import PacketFilter

@Suite struct JSONValueTests {
    @Test(arguments: [
        (" null ", JSONValue.null), ("[]", .list([])), ("{ }", .object([:])), ("-12", .number(-12)),
        ("[true, false,\"a\"]", .list([.bool(true), .bool(false), .text("a")])),
        ("{\"a\": {\"b\" : [1]}}", .object(["a": .object(["b": .list([.number(1)])])])),
        (#""\"\\\/\b\f\n\r\t\u00e4""#, .text("\"\\/\u{8}\u{c}\n\r\tä")),
    ])
    func `a value is read`(text: String, expected: JSONValue) { #expect(JSONValue(Array(text.utf8)) == expected) }

    @Test(arguments: [
        "", "nul", "[1,]", "[1", "{\"a\"}", "{\"a\":1,}", "\"a", "\"\\x\"", "\"\\u+123\"", "\"\\ud800\"", "1 2", "-",
        "1.5", "'a'",
        String(repeating: "[", count: 100_000), "99999999999999999999",
    ])
    func `anything else is refused`(text: String) { #expect(JSONValue(Array(text.utf8)) == nil) }

    @Test func `bytes that are no text are refused`() { #expect(JSONValue([0x22, 0xFF, 0x22]) == nil) }
}
