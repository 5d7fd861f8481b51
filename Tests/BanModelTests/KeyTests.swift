import BanModel
import Testing

@Suite struct KeyTests {
    /// The pair of zmq_curve(7), and the bytes that its secret key is there in C.
    @Test func `a key is read as libzmq writes it`() throws {
        let text = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
        let key = try #require(SecretKey(text))
        #expect(key.bytes.prefix(6) == [0x8E, 0x0B, 0xDD, 0x69, 0x76, 0x28])
        #expect(key.text == text)
        #expect(PublicKey(text)?.description == text)
        #expect(PublicKey(text)?.bytes == key.bytes)
    }

    @Test(arguments: [
        "", "x", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh66",
        "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh~", "#####################################ä",
        "########################################",
    ])
    func `what is no key is none`(text: String) {
        #expect(PublicKey(text) == nil)
        #expect(SecretKey(text) == nil)
    }

    @Test func `a secret key gives nothing away where it is written by mistake`() throws {
        let key = try #require(SecretKey("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"))
        var dumped = ""
        dump(["key": key], to: &dumped)
        #expect(!dumped.contains("142"), "\(dumped)")
        #expect("\(key) \(String(reflecting: key))" == "(secret key) (secret key)")
    }

    private static let (web, other) = (Host("web1")!, Host("web2")!)

    @Test(arguments: [
        (Role.report, Purpose.report(as: web), true), (.report, .greet(as: web), true),
        (.report, .copy(as: web), false),
        (.report, .administer(as: web), false), (.report, .enrol, false), (.subscribe, .copy(as: web), true),
        (.subscribe, .report(as: web), false), (.subscribe, .administer(as: web), false),
        (.subscribe, .greet(as: web), true), (.administer, .administer(as: web), true),
        (.administer, .copy(as: web), true), (.administer, .report(as: web), false), (.friend, .copy(as: web), false),
        (.friend, .befriend(as: web), true), (.friend, .befriend(as: other), false),
        (.subscribe, .befriend(as: web), false),
        (.administer, .befriend(as: web), false),
        (.friend, .report(as: web), false), (.enrol, .enrol, true), (.enrol, .greet(as: web), true),
        (.enrol, .copy(as: web), false), (.enrol, .report(as: web), false), (.enrol, .administer(as: web), false),
        (.report, .report(as: other), false), (.subscribe, .copy(as: other), false),
        (.administer, .administer(as: other), false), (.report, .greet(as: other), false),
    ])
    func `a role opens what it names, for one host`(role: Role, purpose: Purpose, isOpen: Bool) {
        let client = Client(name: "web", host: Self.web, roles: [role])
        #expect((client.refusal(of: purpose) == nil) == isOpen)
        #expect(client.refusal(of: purpose).map { $0.verdict == .later } ?? true)
        let own = Cluster(String(repeating: "a", count: 32))!
        #expect(Client.friend(named: "other hub", own).mayHear(.twins, of: own))
        #expect(!Client.friend(named: "other hub", own).mayHear(.twins, of: nil))
        #expect(client.mayListen == [.subscribe, .administer, .friend].contains(role))
        #expect(client.mayHear(.friends, of: nil) == (role == .friend))
        #expect(client.mayHear(.copies, of: nil) == [.subscribe, .administer].contains(role))
        #expect(!client.mayHear(.twins, of: Cluster(String(repeating: "a", count: 32))))
    }
}
