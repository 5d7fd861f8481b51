import BanModel
import ClusterConfiguration
import Testing

@testable import AdministrationCommands

@Suite struct JoinTests {
    private static let hub = JoinCode.Hub(
        reply: Endpoint("tcp://hub.example.org:5678")!, broadcast: Endpoint("tcp://[2001:db8::1]:5680")!,
        key: PublicKey("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7")!)
    private static let secret = SecretKey("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6")!
    private static let code = JoinCode(
        host: Host("web1")!, roles: [.report, .subscribe], secret: secret, hubs: [hub, hub])

    @Test func `a code is read as it is written, also broken into lines by a mail`() throws {
        let text = Self.code.text
        #expect(text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x7A).contains($0) || $0 == 0x2D })
        #expect(try JoinCode(text) == Self.code)
        let broken = text.enumerated().map { $0.offset % 70 == 69 ? "\n \($0.element)" : String($0.element) }.joined()
        #expect(try JoinCode(broken) == Self.code)
    }

    @Test func `a code that was changed anywhere, or cut, is refused`() throws {
        let text = Array(Self.code.text)
        for index in text.indices {
            var altered = text
            altered[index] = altered[index] == "A" ? "B" : "A"
            // The last letter may hold bits that mean nothing.
            if let read = try? JoinCode(String(altered)) { #expect(index == text.count - 1 && read == Self.code) }
            #expect(throws: JoinCode.Fault.self) { try JoinCode(String(text[..<index])) }
        }
    }

    @Test(arguments: ["", "f2b1-", "f2b1-====", "f2b2-AAAA", "hello", String(repeating: "f2b1-A", count: 10_000)])
    func `what is no code is refused`(text: String) {
        #expect(throws: JoinCode.Fault.self) { try JoinCode(text) }
    }

    @Test(arguments: [
        ([Role.report], true, false), ([.subscribe], false, true), ([.report, .subscribe], true, true),
        ([.administer], true, true),
    ])
    func `what join writes is what the host's daemons need`(roles: [Role], reports: Bool, listens: Bool) throws {
        let code = JoinCode(host: Host("web1")!, roles: Set(roles), secret: Self.secret, hubs: [Self.hub])
        let joined = JoinedConfiguration(code: code, keyFile: AbsolutePath("/k/key")!)
        let read = try Configuration.parse(
            [ConfigurationFile(name: "joined.conf", text: joined.text)], machineName: "machine")
        #expect(read.warnings == [])
        #expect(read.general.hostname == Host("web1"))
        #expect(read.general.keyFile?.text == "/k/key")
        #expect(read.general.serverKeys == [Self.hub.key])
        #expect(read.monitor?.hubs.map(\.endpoint) == (reports ? [Self.hub.reply] : nil))
        #expect(read.monitor?.hubs.map(\.key) == (reports ? [Self.hub.key] : nil))
        #expect(read.subscriber?.hubs.map(\.broadcast) == (listens ? [Self.hub.broadcast] : nil))
        #expect(read.subscriber?.hubs.map(\.reply) == (listens ? [Self.hub.reply] : nil))
        #expect(read.subscriber?.hubs.map(\.key) == (listens ? [Self.hub.key] : nil))
        // Nothing keeps a daemon from its start.
        if reports { _ = try read.section(MonitorSection.self) }
        if listens { _ = try read.section(SubscriberSection.self) }
    }
}
