import BanModel
import Testing

@testable import PacketFilter

@Suite struct PacketFilterScriptTests {
    typealias Element = PacketFilterChange.Element

    static func address(_ text: String) -> Address { try! Address(text) }

    @Test(arguments: [
        (PacketFilterChange(), ""),
        // An element may have ended, and would then not be there to be deleted.
        (
            PacketFilterChange(addresses: [
                Element(address("198.51.100.1"), for: .seconds(60)), Element(address("198.51.100.2"), for: nil),
            ]),
            """
            add element inet fail2ban-cluster addresses4 { 198.51.100.1, 198.51.100.2 }
            delete element inet fail2ban-cluster addresses4 { 198.51.100.1, 198.51.100.2 }
            add element inet fail2ban-cluster addresses4 { 198.51.100.1 timeout 60s }

            """
        ),
        (
            PacketFilterChange(addresses: [Element(address("2001:db8::1"), for: .microseconds(1))]),
            """
            add element inet fail2ban-cluster addresses6 { 2001:db8::1 }
            delete element inet fail2ban-cluster addresses6 { 2001:db8::1 }
            add element inet fail2ban-cluster addresses6 { 2001:db8::1 timeout 1ms }

            """
        ),
        (
            PacketFilterChange(addresses: [
                Element(address("198.51.100.1"), for: .seconds(60), isNew: true),
                Element(address("198.51.100.2"), for: .seconds(60)),
            ]),
            """
            add element inet fail2ban-cluster addresses4 { 198.51.100.2 }
            delete element inet fail2ban-cluster addresses4 { 198.51.100.2 }
            add element inet fail2ban-cluster addresses4 { 198.51.100.1 timeout 60s, 198.51.100.2 timeout 60s }

            """
        ),
        (
            PacketFilterChange(networks: [Element(address("198.51.100.0/24"), for: .seconds(1))]),
            """
            flush set inet fail2ban-cluster networks4
            add element inet fail2ban-cluster networks4 { 224.0.0.0, 198.51.100.0/24 timeout 1s }
            flush set inet fail2ban-cluster networks6
            add element inet fail2ban-cluster networks6 { ff00:: }

            """
        ),
    ])
    func `a change is one script`(change: PacketFilterChange, expected: String) {
        #expect(PacketFilterScript(change).text == expected)
    }

    @Test(arguments: [
        (Duration.zero, "1ms"), (.microseconds(999), "1ms"), (.milliseconds(999), "999ms"), (.seconds(1), "1s"),
        (.milliseconds(1_001), "1s1ms"), (.microseconds(1_999_999), "1s999ms"),
        (.seconds(7 * 86_400), "604800s"), (.milliseconds(7 * 86_400_000 - 1), "604799s999ms"),
    ])
    func `a timeout is rounded down, is never nothing, and has no number of more than eight digits`(
        timeout: Duration, expected: String
    ) {
        let change = PacketFilterChange(addresses: [
            Element(Self.address("198.51.100.1"), for: timeout, isNew: true)
        ])
        #expect(
            PacketFilterScript(change).text
                == "add element inet fail2ban-cluster addresses4 { 198.51.100.1 timeout \(expected) }\n")
    }

    @Test func `a table that is made anew holds nothing that had to be deleted`() {
        let text = PacketFilterScript(
            PacketFilterChange(
                form: PacketFilterForm(priority: -5, interfaces: ["eth1", "eth0"]),
                addresses: [Element(Self.address("198.51.100.1"), for: .seconds(60))])
        ).text
        #expect(text.hasPrefix("add table inet fail2ban-cluster\ndelete table inet fail2ban-cluster\n"))
        #expect(text.contains("set interfaces { type ifname; elements = { \"eth0\", \"eth1\" }; }\n"))
        #expect(text.contains("type filter hook input priority -5; policy accept;\n"))
        #expect(text.contains("iifname @interfaces ip6 saddr @networks6 counter drop\n"))
        #expect(!text.contains("delete element"))
    }

    @Test func `every set has a mark that may not be banned`() {
        for set in PacketFilterSet.allCases { #expect(NeverBanned.reason(Self.address(set.mark)) != nil) }
    }
}
