import BanModel
import ClusterConfiguration
import Foundation
import Testing

@Suite struct KeyTests {
    private static let one = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
    private static let other = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"

    /// Why the section's daemon does not start; empty: it does.
    private static func hindrances<Section: DaemonSection>(of text: String, _: Section.Type) -> [String] {
        do throws(ConfigurationError) {
            _ = try parse(text).section(Section.self)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    @Test(arguments: [
        ("tcp://127.0.0.1:1", true), ("tcp://127.9.9.9:1", true), ("tcp://[::1]:1", true), ("tcp://localhost:1", true),
        ("tcp://lo:1", true), ("ipc:///run/hub", true), ("tcp://*:1", false), ("tcp://0.0.0.0:1", false),
        ("tcp://[::]:1", false), ("tcp://192.0.2.1:1", false), ("tcp://hub:1", false), ("tcp://eth0:1", false),
        ("tcp://localhost.example.org:1", false),
    ])
    func `what nobody on another host can reach`(endpoint: String, isOnThisHost: Bool) {
        #expect(Endpoint(endpoint)?.isOnThisHost == isOnThisHost)
    }

    @Test(arguments: [
        ("tcp://*:5678", "", false), ("tcp://127.0.0.1:5678", "", true), ("tcp://*:5678", "allowplaintext = yes", true),
        ("tcp://*:5678", "keyfile = /k", true), ("tcp://127.0.0.1:5678", "keyfile = /k", true),
        ("tcp://*:5678", "auth = yes\nauthtoken = t", false),
    ])
    func `a hub that others reach starts with a key alone`(endpoint: String, more: String, starts: Bool) {
        let text = "[publisher]\nreplybindurl = \(endpoint)\nbroadcasterbindurl = tcp://127.0.0.1:5680\n\(more)"
        let hindrances = Self.hindrances(of: text, PublisherSection.self)
        #expect(hindrances.isEmpty == starts)
        if !starts {
            #expect(hindrances.count == 1)
            #expect(hindrances[0].hasPrefix("t.conf:2: replybindurl: tcp://*:5678 is open to other hosts"))
            #expect(hindrances[0].contains("\n    keyfile = /etc/fail2ban/fail2ban-cluster.key\n"))
            #expect(hindrances[0].hasSuffix("\n    allowplaintext = true"))
        }
        // The others are no worse for it.
        #expect((try? parse(text)) != nil)
    }

    @Test func `the broadcasts alone are reason enough`() {
        let text = "[publisher]\nreplybindurl = tcp://127.0.0.1:1\nbroadcasterbindurl = tcp://*:2"
        #expect(Self.hindrances(of: text, PublisherSection.self).count == 1)
    }

    @Test(arguments: [
        ("tcp://hub:1", "", false), ("tcp://127.0.0.1:1", "", true), ("tcp://hub:1", "allowplaintext = on", true),
        ("tcp://hub:1", "keyfile = /k\nserverkey = \"\(one)\"", true), ("tcp://127.0.0.1:1 tcp://hub:1", "", false),
    ])
    func `a host that speaks with another starts with keys alone`(endpoint: String, more: String, starts: Bool) {
        let monitor = Self.hindrances(of: "[monitor]\nzmqreplyserver = \(endpoint)\n\(more)", MonitorSection.self)
        let subscriber = Self.hindrances(
            of: "[subscriber]\nzmqpublisherurl = \(endpoint)\n\(more)", SubscriberSection.self)
        #expect(monitor.isEmpty == starts)
        #expect(subscriber.isEmpty == starts)
        #expect(starts || (monitor + subscriber).allSatisfy { $0.contains("invite") && $0.contains("allowplaintext") })
    }

    @Test func `keys that are said in general hold for every section that says none`() throws {
        let configuration = try parse(
            """
            [general]
            keyfile = /general
            serverkey = "\(Self.one)"
            [monitor]
            zmqreplyserver = tcp://hub:1
            [subscriber]
            zmqpublisherurl = tcp://hub:2
            serverkey = "\(Self.other)"
            keyfile = /own
            [publisher]
            replybindurl = tcp://*:1
            broadcasterbindurl = tcp://*:2
            """)
        let (monitor, subscriber) = (try #require(configuration.monitor), try #require(configuration.subscriber))
        #expect(monitor.keyFile?.text == "/general")
        #expect(monitor.hubs.map(\.key) == [PublicKey(Self.one)])
        #expect(subscriber.keyFile?.text == "/own")
        #expect(subscriber.hubs.map(\.key) == [PublicKey(Self.other)])
        #expect(configuration.publisher?.keyFile?.text == "/general")
    }

    @Test(arguments: [
        ("serverkey = \"\(one)\"", "serverkey: is of no use without keyfile"),
        ("keyfile = /k", "keyfile: is of no use without serverkey"),
        ("keyfile = /k\nserverkey = \"\(one)\" \"\(other)\"", "serverkey: expected as many as zmqreplyserver has, 1"),
        ("keyfile = /k\nserverkey = short", "serverkey: expected a public key of 40 characters"),
        ("keyfile = k\nserverkey = \"\(one)\"", "keyfile: expected an absolute path"),
    ])
    func `half of the keys is a fault`(lines: String, begin: String) {
        let faults = faults(of: "[monitor]\nzmqreplyserver = tcp://127.0.0.1:1\n\(lines)")
        #expect(faults.contains { $0.contains(begin) }, "\(faults)")
    }

    // MARK: Key files

    private static func withFile<Result>(
        _ text: String, permissions: Int = 0o600, _ body: (AbsolutePath) throws -> Result
    ) throws -> Result {
        let path = FileManager.default.temporaryDirectory.path + "/key-\(UUID().uuidString)"
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: permissions])
        #expect(isMade)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(try #require(AbsolutePath(path)))
    }

    @Test func `a key file is read as it is written`() throws {
        let key = try #require(SecretKey(Self.one))
        let read = try Self.withFile(String(decoding: KeyFile.contents(key), as: UTF8.self)) { try KeyFile.read($0) }
        #expect(read == key)
        #expect("\(key)" == "(secret key)")
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o601, 0o777])
    func `a secret key that others may use is refused`(permissions: Int) throws {
        try Self.withFile(Self.one, permissions: permissions) { path in
            let error = try #require(throws: ConfigurationError.self) { try KeyFile.read(path) }
            #expect(error.description.contains("chmod 600 \(path)"))
        }
    }

    @Test(arguments: ["", "short", "\(one) \(other)", String(repeating: "x", count: 10_000), "\(one)\n\(other)\n"])
    func `a file that holds no key is refused`(text: String) throws {
        try Self.withFile(text) { path in
            let error = try #require(throws: ConfigurationError.self) { try KeyFile.read(path) }
            #expect(error.description.contains("keygen"))
        }
    }

    @Test func `a key file that is not there says how to make it`() throws {
        let path = try #require(AbsolutePath("/nowhere/key"))
        let error = try #require(throws: ConfigurationError.self) { try KeyFile.read(path) }
        #expect(error.description.hasPrefix("/nowhere/key: No such file or directory"))
        #expect(error.description.contains("keygen"))
    }

    // MARK: Authorised keys

    private static let web = Client(
        name: "web1", host: Host("web1.example.org")!, roles: [.report, .subscribe], trust: Trust(millionths: 795_000)!)

    @Test func `a client's file is read as it is written`() throws {
        let file = ClientFile(key: PublicKey(Self.one)!, client: Self.web)
        #expect(try ClientFile(reading: ConfigurationFile(name: "/k/x.conf", bytes: file.contents)) == file)
    }

    @Test(arguments: [nil, PublicKey(other)])
    func `an invitation's file is read as it is written`(usedBy: PublicKey?) throws {
        for expires in [Timestamp.seconds(1_800_000_000), Timestamp(microseconds: 1_800_000_000_014_159), .forever] {
            let file = InvitationFile(
                key: PublicKey(Self.one)!,
                invitation: Invitation(client: Self.web, expires: expires, usedBy: usedBy))
            #expect(
                try InvitationFile(reading: ConfigurationFile(name: "/k/x.invitation", bytes: file.contents)) == file)
        }
    }

    @Test func `what a client's file does not say follows from its name`() throws {
        let text = "[client]\npublickey = \"\(Self.one)\"\nroles = report, administer"
        let file = try ClientFile(reading: ConfigurationFile(name: "/keys/web1.conf", text: text))
        #expect(file.client == Client(name: "web1", host: Host("web1")!, roles: [.report, .administer]))
    }

    @Test(arguments: [
        ("[client]\nroles = report", "publickey: missing"), ("[client]\npublickey = \"\(one)\"", "roles: missing"),
        ("[client]\npublickey = \"\(one)\"\nroles = rule", "roles: expected one of report, subscribe"),
        ("[client]\npublickey = \"\(one)\"\nroles = report\ntrust = 101", "trust: expected a percentage"),
        ("[client]\npublickey = \"\(one)\"\nroles = report\nhost = a b", "host: expected"),
        ("[client]\npublickey = \"\(one)\"\nroles = report\nrolls = all", "rolls: is unknown"),
        ("[client]\npublickey = \"\(one)\"\nroles = report\n[other]\n", "expected no section but [client]"),
        ("", "expected a section [client]"), ("[client]\n=\n", "expected key = value"),
    ])
    func `a client's file with a fault authorises nobody`(text: String, fault: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ClientFile(reading: ConfigurationFile(name: "web1.conf", text: text))
        }
        #expect(error.description.contains(fault), "\(error)")
    }
}
