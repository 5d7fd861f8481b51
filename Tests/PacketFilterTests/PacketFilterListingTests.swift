import BanModel
import Testing

@testable import PacketFilter

/// What nft 1.0.6 prints, and newer ones, of a table of ours.
@Suite struct PacketFilterListingTests {
    private static let form = PacketFilterForm(priority: -10, interfaces: ["lo"])

    private static let text = #"""
        {"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "fail2ban-cluster", "handle": 2}},
        {"set": {"name": "addresses4", "type": "ipv4_addr", "flags": ["timeout"], "elem": [
          {"elem": {"val": "198.51.100.7", "timeout": 615721, "expires": 615720}}, "224.0.0.0"]}},
        {"set": {"name": "networks4", "type": "ipv4_addr", "flags": ["interval", "timeout"], "elem": [
          {"elem": {"val": {"prefix": {"addr": "198.51.0.0", "len": 16}}, "timeout": 123, "expires": 12}}, "224.0.0.0"]}},
        {"set": {"name": "addresses6", "type": "ipv6_addr", "flags": "timeout", "elem": ["ff00::"]}},
        {"set": {"name": "networks6", "type": "ipv6_addr", "flags": ["timeout", "interval"], "elem": ["ff00::"]}},
        {"set": {"name": "interfaces", "type": "ifname", "elem": ["lo"]}},
        {"chain": {"name": "input", "type": "filter", "hook": "input", "prio": -10, "policy": "accept"}},
        """#
        + ["ip addresses4", "ip networks4", "ip6 addresses6", "ip6 networks6"].map { rule in
            let words = rule.split(separator: " ")
            return #"""
                {"rule": {"chain": "input", "expr": [
                  {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "@interfaces"}},
                  {"match": {"op": "==", "left": {"payload": {"protocol": "\#(words[0])", "field": "saddr"}}, "right": "@\#(words[1])"}},
                  {"counter": {"packets": 7, "bytes": 588}}, {"drop": null}]}}
                """#
        }.joined(separator: ",\n") + "]}"

    @Test func `each element is read, with the time that it has left`() {
        let elements = PacketFilterListing(Array(Self.text.utf8))?.elements(of: Self.form)
        #expect(elements?.count == 2)
        #expect(elements?[try! Address("198.51.100.7")] == .seconds(615_720))
        #expect(elements?[try! Address("198.51.0.0/16")] == .seconds(12))
    }

    @Test(arguments: [
        ("\"prio\": -10", "\"prio\": -11"), ("\"policy\": \"accept\"", "\"policy\": \"drop\""),
        ("\"hook\": \"input\"", "\"hook\": \"forward\""), ("\"drop\"", "\"accept\""), ("saddr", "daddr"),
        (", \"224.0.0.0\"", ""), ("[\"ff00::\"]", "[]"), ("[\"lo\"]", "[\"lo\", \"eth0\"]"), ("@networks4", "@x"),
        ("networks6", "networks7"), ("[\"timeout\"]", "[]"), ("198.51.100.7", "198.51.100.7-198.51.100.9"),
        ("198.51.100.7", "2001:db8::7"), ("\"ifname\"", "\"ifname\"}}, {\"set\": {\"name\": \"other\""),
    ])
    func `what is not as it is made is no table of ours`(part: String, other: String) throws {
        #expect(Self.text.contains(part))
        let text = Self.text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
        #expect(try #require(PacketFilterListing(Array(text.utf8))).elements(of: Self.form) == nil)
    }

    @Test(arguments: ["", "{}", "[]", "{\"nftables\": 1}", "Error: syntax"])
    func `what is no listing is nonsense`(text: String) { #expect(PacketFilterListing(Array(text.utf8)) == nil) }
}
