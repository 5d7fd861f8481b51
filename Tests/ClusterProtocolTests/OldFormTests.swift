import BanModel
import ClusterProtocol
import Testing

@Suite struct OldFormTests {
    let ban = Announcement(Host("mx5")!, Subject(Jail("ssh")!, try! Address("192.0.2.4")), .ban)

    @Test func `a message is four fields, and a request may carry a token before them`() throws {
        #expect(String(decoding: OldForm.message(ban), as: UTF8.self) == "mx5|ssh|Ban|192.0.2.4")
        #expect(
            String(decoding: OldForm.request(ban, token: "secret"), as: UTF8.self) == "secret|mx5|ssh|Ban|192.0.2.4")
        #expect(try OldForm.readBroadcast(OldForm.message(ban)) == ban)
        let request = try OldForm.readRequest(OldForm.request(ban, token: "secret"))
        #expect(request.token == "secret")
        #expect(request.announcement == ban)
    }

    @Test(arguments: ["Ban", "ban", "BAN"])
    func `the case of the action does not count`(action: String) throws {
        #expect(try OldForm.readBroadcast(Array("mx5|ssh|\(action)|192.0.2.4".utf8)) == ban)
    }

    @Test func `UnBan was seen`() throws {
        #expect(try OldForm.readBroadcast(Array("mx5|ssh|UnBan|192.0.2.4".utf8)).action == .unban)
    }

    @Test(arguments: [
        ("", "1 fields"), ("a|b|Ban", "3 fields"), ("a|b|Ban|192.0.2.1|x|y", "6 fields"),
        ("|ssh|Ban|192.0.2.1", #"not a host's name: """#), ("a|s h|Ban|192.0.2.1", #"not a jail's name: "s h""#),
        ("a|ssh|Bann|192.0.2.1", #"neither Ban nor Unban: "Bann""#),
        ("a|ssh|Ban|010.1.1.1", #"not an IPv4 or IPv6 address: "010.1.1.1""#),
        ("a|ssh|Ban|::ffff:127.0.0.1", "an IPv4 address in IPv6 notation"),
        ("a|ssh|Ban|x\n\u{1B}[2J", #""x\n\u{1B}[2J""#), (String(repeating: "|", count: 2000), "longer than 1024"),
        ("a|" + String(repeating: "é", count: 100) + "|Ban|192.0.2.1", "…\""),
    ])
    func `what is not a message is refused with its reason, which is safe to log`(text: String, reason: String) {
        let fault = #expect(throws: OldForm.Fault.self) { try OldForm.readRequest(Array(text.utf8)) }
        let said = fault?.description ?? ""
        #expect(said.contains(reason), "\(said)")
        #expect(said.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: OldForm.Fault.encoding) { try OldForm.readRequest(Array("a|b|Ban|".utf8) + [0xFF]) }
    }
}
