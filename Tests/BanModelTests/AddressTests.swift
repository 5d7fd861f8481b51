import BanModel
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("192.0.2.0/24", "192.0.2.0/24"), ("192.0.2.77/24", "192.0.2.0/24"),
        ("192.0.2.1/32", "192.0.2.1"), ("0.0.0.0/0", "0.0.0.0/0"), ("2001:DB8:0:0::1", "2001:db8::1"),
        ("2001:db8::1/128", "2001:db8::1"), ("2001:db8:ffff::/32", "2001:db8::/32"), ("::", "::"),
        ("2001:db8::192.0.2.1", "2001:db8::c000:201"),
    ])
    func `an address has one canonical text`(text: String, canonical: String) throws {
        let address = try Address(text)
        #expect(address.description == canonical)
        #expect(try Address(canonical) == address)
    }

    @Test(arguments: [
        ("", Address.Fault.notAnAddress), ("010.1.1.1", .notAnAddress), ("1.2.3", .notAnAddress),
        ("0x7f.1", .notAnAddress), ("1.2.3.4.5", .notAnAddress), ("256.1.1.1", .notAnAddress),
        (" 192.0.2.1", .notAnAddress), ("192.0.2.1 ", .notAnAddress), ("192.0.2.1\n", .notAnAddress),
        ("localhost", .notAnAddress), ("192.0.2.1\u{0}", .notAnAddress), ("fe80::1%eth0", .notAnAddress),
        ("1::2::3", .notAnAddress), ("١.0.2.1", .notAnAddress), ("::ffff:127.0.0.1", .mapped),
        ("::ffff:7f00:1", .mapped), ("192.0.2.1/33", .prefixLength), ("192.0.2.1/", .prefixLength),
        ("192.0.2.1/024", .prefixLength), ("192.0.2.1/-1", .prefixLength), ("192.0.2.1/+1", .prefixLength),
        ("192.0.2.1/255.255.255.0", .prefixLength), ("::/129", .prefixLength), ("::1/2/3", .prefixLength),
        (String(repeating: "1", count: 50), .tooLong),
    ])
    func `what is not an address is refused with its reason`(text: String, fault: Address.Fault) {
        #expect(throws: fault) { try Address(text) }
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.0/24", "192.0.2.128/25", true), ("192.0.2.128/25", "192.0.2.0/24", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("::/0", "192.0.2.1", false), ("::/0", "ffff::", true),
        ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/33", "2001:db8:8000::", false),
        ("2001:db8::/96", "2001:db8::ffff:ffff", true), ("192.0.2.1", "192.0.2.1", true),
    ])
    func `a network contains what lies inside it`(network: String, other: String, isInside: Bool) throws {
        #expect(try Address(network).contains(Address(other)) == isInside)
    }

    @Test(arguments: [
        "127.0.0.1", "127.9.9.9", "126.0.0.0/8", "0.0.0.0", "0.0.0.0/0", "10.0.0.0/15", "224.0.0.1", "239.1.1.1",
        "255.255.255.255", "::1", "::", "ff02::1", "2001::/31", "::/96",
    ])
    func `what holds everybody, oneself or nobody is never banned`(text: String) throws {
        #expect(try NeverBanned.reason(Address(text)) != nil)
    }

    @Test(arguments: ["192.0.2.1", "10.1.0.0/16", "2001:db8::/32", "fe80::1", "100.64.0.0/24"])
    func `the rest may be banned`(text: String) throws {
        #expect(try NeverBanned.reason(Address(text)) == nil)
    }

    @Test func `addresses sort by family, then by number`() throws {
        let texts = ["192.0.2.1", "192.0.2.10", "192.0.2.9", "2001:db8::1", "10.0.0.1", "192.0.2.0/24"]
        #expect(
            try texts.map { try Address($0) }.sorted().map(\.description) == [
                "10.0.0.1", "192.0.2.0/24", "192.0.2.1", "192.0.2.9", "192.0.2.10", "2001:db8::1",
            ])
    }

    @Test func `the networks around an address go as far as may be banned`() throws {
        let four = try Address("198.51.100.77").coverings
        #expect(four.count == 17)
        #expect(four.first?.description == "198.51.100.77")
        #expect(four.contains(try Address("198.51.100.0/24")))
        #expect(four.last?.description == "198.51.0.0/16")
        #expect(try Address("2001:db8::1").coverings.count == 97)
        #expect(try Address("198.51.100.0/24").coverings.map(\.prefix) == [24, 23, 22, 21, 20, 19, 18, 17, 16])
        #expect(try Address("10.0.0.0/8").coverings == [Address("10.0.0.0/8")])
        #expect(try Address("198.51.0.0/16").coverings == [Address("198.51.0.0/16")])
        #expect(try Address("198.51.100.0/24").network(prefix: 25) == nil)
    }

    @Test
    func `a table's places for addresses in a row are spread over it, and other families and prefixes have their own`()
        throws
    {
        let addresses = try ["198.18", "2001:db8:"].flatMap { head in
            try (0..<8_192).map { number in
                try Address(
                    head.hasSuffix(":")
                        ? "\(head):\(String(number, radix: 16))" : "\(head).\(number / 256).\(number % 256)")
            }
        }
        // 16,384 at random in as many places: 63 % of those are taken, give or take half a percent.
        #expect(Set(addresses.map { $0.scattered & 0x3FFF }).count > 9_500)
        let alike = try ["0.0.0.1", "::1", "10.0.0.0/8", "10.0.0.0/9", "10.0.0.0"].map { try Address($0) }
        #expect(Set(alike.map(\.scattered)).count == alike.count)
        #expect(try Address("2001:DB8::1").scattered == Address("2001:db8:0::1").scattered)
    }
}
