import BanModel
import ClusterConfiguration
import Testing

@Suite struct SectionTests {
    @Test func `a section that says nothing more than it must has the defaults`() throws {
        let configuration = try parse(
            """
            [monitor]
            zmqreplyserver = tcp://hub:5678
            [publisher]
            broadcasterbindurl = tcp://*:5680
            replybindurl = tcp://*:5678
            [subscriber]
            zmqpublisherurl = tcp://hub:5680
            """)
        #expect(configuration.warnings == [])
        let general = configuration.general
        #expect(general.hostname == Host("box"))
        #expect(general.cluster == nil)
        #expect(general.stateFolder.text == "/var/lib/fail2ban-cluster")
        #expect(general.logLevel == .info)
        #expect(general.ignored == [])
        #expect(general.client?.name == "fail2ban-client")
        #expect(general.socket == nil)
        let monitor = try #require(configuration.monitor)
        #expect(monitor.hubs.map(\.endpoint.description) == ["tcp://hub:5678"])
        #expect(monitor.log == .file(AbsolutePath("/var/log/fail2ban.log")!))
        #expect(monitor.token == nil)
        #expect(monitor.ignoredJails.map(\.name) == ["fail2bancluster"])
        #expect(monitor.requestTimeout == .seconds(5))
        #expect(monitor.bantime == .limited(.seconds(86_400)))
        #expect(monitor.pidfile == nil)
        let publisher = try #require(configuration.publisher)
        #expect(publisher.broadcastEndpoint.description == "tcp://*:5680")
        #expect(publisher.replyEndpoint.description == "tcp://*:5678")
        #expect(publisher.tokens == [])
        #expect(publisher.threshold.millionths == 800_000)
        #expect(publisher.bantime == .limited(.seconds(86_400)))
        #expect(publisher.maximumBantime == .seconds(30 * 86_400))
        #expect(publisher.keyFile == nil)
        #expect(publisher.authorizedKeys == nil)
        let subscriber = try #require(configuration.subscriber)
        #expect(subscriber.hubs.map(\.broadcast.description) == ["tcp://hub:5680"])
        #expect(subscriber.hubs.map(\.reply) == [nil])
        #expect(subscriber.prefixFilter == "")
        #expect(subscriber.threshold.millionths == 800_000)
        #expect(subscriber.ignored == [])
        #expect(subscriber.bantime == .limited(.seconds(86_400)))
        #expect(subscriber.action == .fail2banClient)
        #expect(subscriber.targetJail == .own(SubscriberSection.ownJail))
        #expect(subscriber.logFile == nil)
    }

    @Test func `a file with one daemon's section is enough for it, and for no other`() throws {
        let configuration = try parse("[monitor]\nzmqreplyserver = tcp://127.0.0.1:5678")
        #expect(try configuration.section(MonitorSection.self).hubs.count == 1)
        let error = try #require(throws: ConfigurationError.self) {
            try configuration.section(PublisherSection.self)
        }
        #expect(error.description == "t.conf: there is no section [publisher], and this daemon runs from it")
    }

    @Test func `the original's own file is read`() throws {
        let configuration = try parse(
            """
            [monitor]
            pidfile = /var/run/fail2ban-monitor.pid
            zmqreplyserver = tcp://f2bcluster.example.org:5678
            fail2banlogpath = /var/log/fail2ban.log

            auth = true
            authtoken = ASK_postmaster@example.org_FOR_A_TOKEN

            [subscriber]
            pidfile = /var/run/fail2ban-subscriber.pid
            zmqpublisherurl = tcp://f2bcluster.example.org:5680
            zmqprefixfilter = "" #empty prefix filter by default.
            subscriberaction = log

            [publisher]
            pidfile = /var/run/fail2ban-publisher.pid
            broadcasterbindurl = tcp://*:5680   # address to which subscribers will connect
            replybindurl = tcp://*:5678      # address to which Monitors will send messages
            auth = true
            authtoken = JUST_TYPE_A_SECRET_STRING_HERE
            """)
        #expect(configuration.warnings == [])
        #expect(configuration.monitor?.token?.secret == "ASK_postmaster@example.org_FOR_A_TOKEN")
        #expect(configuration.monitor?.pidfile?.text == "/var/run/fail2ban-monitor.pid")
        #expect(configuration.subscriber?.prefixFilter == "")
        #expect(configuration.subscriber?.action == .log)
        #expect(configuration.publisher?.broadcastEndpoint.description == "tcp://*:5680")
    }

    @Test(arguments: ["journal", "Journal", "JOURNAL"])
    func `the log can be the journal`(word: String) throws {
        #expect(try inMonitor("fail2banlogpath = \(word)").log == .journal)
        #expect(try inMonitor("fail2banlogpath = /var/log/journal").log == .file(AbsolutePath("/var/log/journal")!))
    }

    @Test(arguments: ["true", "YES", "On", "1"], ["false", "NO", "Off", "0"])
    func `a switch has four words for each side`(on: String, off: String) throws {
        #expect(try inSubscriber("flushonstop = \(on)").flushesOnStop)
        #expect(try !inSubscriber("flushonstop = \(off)").flushesOnStop)
    }

    @Test(arguments: [
        ("600", 600), ("1", 1), ("30s", 30), ("10m", 600), ("1h", 3600), ("1D", 86_400), ("1w", 604_800),
        ("36500d", 36_500 * 86_400), ("-1", nil),
    ])
    func `a duration is read in its unit`(text: String, seconds: Int?) throws {
        let expected = seconds.map { BanDuration.limited(.seconds($0)) } ?? .forever
        #expect(try inMonitor("bantime = \(text)").bantime == expected)
    }

    @Test(arguments: [
        "", "0", "0d", "soon", "1y", "-2", "1.5h", "1 d", "h", "36501d", "99999999999", "9999999999w", "+1",
    ])
    func `a duration that is none is a fault`(text: String) {
        let expected = "a duration such as 600, 10m, 1h, 1d or 1w (1s to 100 years), or -1 for ever"
        #expect(
            faults(of: "[monitor]\nzmqreplyserver = tcp://hub:1\nbantime = \(text)") == [
                "t.conf:3: bantime: expected \(expected), got \"\(text)\""
            ])
    }

    @Test(arguments: ["-1", "0", "999999h"])
    func `where a ban cannot last for ever neither can the key`(text: String) {
        #expect(throws: ConfigurationError.self) { try inPublisher("maxbantime = \(text)") }
        #expect(throws: ConfigurationError.self) { try inMonitor("requesttimeout = \(text)") }
    }

    @Test(arguments: [
        ("80", 800_000), ("80%", 800_000), ("100", 1_000_000), ("0.0001", 1), ("79.5", 795_000), ("66.6667", 666_667),
    ])
    func `a threshold is a percentage`(text: String, millionths: Int) throws {
        #expect(try inSubscriber("threshold = \(text)").threshold.millionths == millionths)
    }

    @Test(arguments: ["0", "100.0001", "-1", "", ".", "5.", "1.23456", "1000", "a", "80 %", "%"])
    func `a threshold of nothing, or over all, is a fault`(text: String) {
        #expect(throws: ConfigurationError.self) { try inSubscriber("threshold = \(text)") }
    }

    @Test func `several hubs keep their order, and their two addresses together`() throws {
        let section: SubscriberSection = try parse(
            """
            [subscriber]
            zmqpublisherurl = tcp://a:1 tcp://b:1
            zmqreplyserver = tcp://a:2, tcp://b:2
            allowplaintext = yes
            """
        ).section()
        #expect(
            section.hubs.map { "\($0.broadcast) \($0.reply.map(\.description) ?? "-")" } == [
                "tcp://a:1 tcp://a:2", "tcp://b:1 tcp://b:2",
            ])
    }

    @Test func `the subscriber's choices are read in any case`() throws {
        #expect(try inSubscriber("subscriberaction = LOG").action == .log)
        #expect(try inSubscriber("subscriberaction = fail2bansocket").action == .fail2banSocket)
        #expect(try inSubscriber("targetjail = Same").targetJail == .same)
        #expect(try inSubscriber("logfile = /var/log/x.log").logFile?.text == "/var/log/x.log")
    }

    @Test(arguments: [
        ("", PacketFilterForm(priority: -10)), ("nftpriority = -150", PacketFilterForm(priority: -150)),
        ("nftinterfaces = All", PacketFilterForm()),
        (
            "nftinterfaces = eth0, wg-0.7\nnftpriority = 0",
            PacketFilterForm(priority: 0, interfaces: ["eth0", "wg-0.7"])
        ),
    ])
    func `the packet filter's table has a priority and interfaces`(text: String, form: PacketFilterForm) throws {
        let section = try inSubscriber("subscriberaction = nftables\n" + text)
        #expect(section.action == .nftables)
        #expect(section.packetFilterForm == form)
        #expect(!section.flushesOnStop)
    }

    @Test(arguments: [
        "nftpriority = 1001", "nftpriority = 1.5", "nftinterfaces = all eth0", "nftinterfaces = \"e\\\"0\"",
        "nftinterfaces = abcdefghijklmnop", "flushonstop = perhaps",
    ])
    func `anything else of the packet filter's table is a fault`(text: String) {
        #expect(throws: ConfigurationError.self) { try inSubscriber(text) }
    }

    @Test func `an empty client means that fail2ban is never asked`() throws {
        #expect(try parse("[general]\nfail2banclient =").general.client == nil)
        #expect(
            try parse("[general]\nfail2banclient = /opt/bin/fail2ban-client").general.client?.name
                == "/opt/bin/fail2ban-client")
        let subscriber = "[general]\nfail2banclient =\n[subscriber]\nzmqpublisherurl = tcp://hub:1\n"
        #expect(
            faults(of: subscriber) == [
                "t.conf:3: subscriberaction: fail2banclient needs a program, and fail2banclient in [general] is empty"
            ])
        #expect(faults(of: subscriber + "subscriberaction = log") == [])
        #expect(faults(of: subscriber + "subscriberaction = fail2bansocket") == [])
    }

    @Test func `a machine whose name will not do must be given one`() throws {
        let files = [ConfigurationFile(name: "t.conf", text: "[general]\nloglevel = debug")]
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration.parse(files, machineName: "my box")
        }
        #expect(error.description.hasPrefix("t.conf:1: hostname: missing in [general], and this machine's own name"))
        let named = [ConfigurationFile(name: "t.conf", text: "[general]\nhostname = mx5.example.org")]
        #expect(try Configuration.parse(named, machineName: "my box").general.hostname == Host("mx5.example.org"))
    }

    @Test(arguments: [
        ("auth = true", "t.conf:3: auth: is true, and there is no authtoken in the section"),
        (
            "auth = true\nauthtoken =",
            #"t.conf:4: authtoken: expected 1 to 255 bytes without blanks, control characters and |, got """#
        ),
        (
            "auth = true\nauthtoken = a|b",
            "t.conf:4: authtoken: expected 1 to 255 bytes without blanks, control characters and |"
        ),
        (
            "auth = true\nauthtoken = \"a b\"",
            "t.conf:4: authtoken: expected 1 to 255 bytes without blanks, control characters and |"
        ),
        (
            "auth = true\nauthtoken = a\u{A0}b",
            "t.conf:4: authtoken: expected 1 to 255 bytes without blanks, control characters and |"
        ),
        ("auth = true\nauthtoken = a b", "t.conf:4: authtoken: expected one token: only the publisher takes several"),
        ("authtoken = a|b", "t.conf:3: authtoken: expected 1 to 255 bytes without blanks, control characters and |"),
        ("auth = perhaps", #"t.conf:3: auth: expected true or false (or yes, no, on, off, 1, 0), got "perhaps""#),
    ])
    func `a token that could not be sent is a fault that does not show it`(lines: String, expected: String) {
        #expect(faults(of: "[monitor]\nzmqreplyserver = tcp://hub:5678\n" + lines) == [expected])
    }

    @Test func `tokens count only where auth is true, and never show`() throws {
        #expect(try inMonitor("authtoken = hunter2").token == nil)
        #expect(try inMonitor("auth = yes\nauthtoken = hunter2").token == Token("hunter2"))
        let publisher = try inPublisher("auth = yes\nauthtoken = hunter2 hunter3")
        #expect(Set(publisher.tokens.map(\.secret)) == ["hunter2", "hunter3"])
        var dumped = "\(publisher) \(String(reflecting: publisher))"
        dump(publisher, to: &dumped)
        #expect(!dumped.contains("hunter"))
    }

    @Test(arguments: [
        (
            "[monitor] tresold", "requesttime = 1",
            "t.conf:3: unknown key \"requesttime\" in [monitor], did you mean \"requesttimeout\"?"
        ),
        ("typo", "ignorjails = a", "t.conf:3: unknown key \"ignorjails\" in [monitor], did you mean \"ignorejails\"?"),
        ("swap", "bnatime = 1", "t.conf:3: unknown key \"bnatime\" in [monitor], did you mean \"bantime\"?"),
        ("far", "completelydifferent = 1", "t.conf:3: unknown key \"completelydifferent\" in [monitor]"),
        ("section", "[publishr]\nfoo = 1", "t.conf:3: unknown section [publishr], did you mean [publisher]?"),
        ("named", "[monitor a]\nfoo = 1", "t.conf:3: unknown section [monitor a], did you mean [monitor]?"),
        (
            "later",
            "[publisher]\nbroadcasterbindurl = tcp://127.0.0.1:1\nreplybindurl = tcp://127.0.0.1:2\nhttpbindurl = a",
            "t.conf:6: httpbindurl in [publisher] is not used by this version"
        ),
    ])
    func `what nobody reads is a warning, not a fault`(_: String, lines: String, expected: String) throws {
        let configuration = try parse("[monitor]\nzmqreplyserver = tcp://hub:5678\n" + lines)
        #expect(configuration.warnings.map(\.description) == [expected])
        #expect(configuration.warnings.map(\.isQuiet) == [expected.contains("not used")])
    }

    @Test func `a section's name is read in any case`() throws {
        #expect(try parse("[ Monitor ] # mine\nzmqreplyserver = tcp://hub:5678").monitor != nil)
    }
}
