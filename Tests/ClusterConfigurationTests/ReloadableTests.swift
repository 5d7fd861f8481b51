import ClusterConfiguration
import Testing

@Suite struct ReloadableTests {
    private static let general = "hostname = a\nstatedir = /s\nfail2bansocket = /f\nfail2banclient = c"
    private static let monitor = "zmqreplyserver = tcp://h:1\nfail2banlogpath = /l\npidfile = /p\nauth = no"
    private static let publisher = "replybindurl = tcp://*:1\nbroadcasterbindurl = tcp://*:2\npidfile = /p"
    private static let subscriber =
        "zmqpublisherurl = tcp://h:2\npidfile = /p\nsubscriberaction = log\ntargetjail = same\nlogfile = /l"

    private static func configuration(
        general: String = general, monitor: String = monitor, publisher: String = publisher,
        subscriber: String = subscriber
    ) throws -> Configuration {
        try parse(
            "[general]\n\(general)\n[monitor]\n\(monitor)\n[publisher]\n\(publisher)\n[subscriber]\n\(subscriber)")
    }

    @Test(arguments: [
        ("hostname = a", "hostname = b"), ("statedir = /s", "statedir = /t"),
        ("fail2bansocket = /f", "fail2bansocket = /g"), ("fail2banclient = c", "fail2banclient ="),
    ])
    func `a fixed key of general is named and kept`(old: String, new: String) throws {
        let before = try Self.configuration().general
        var section = before
        let read = try Self.configuration(
            general: Self.general.replacing(old, with: new) + "\nloglevel = debug\nignoreip = 192.0.2.1")
        let differing = section.adopt(read.general)
        #expect(differing == ["[general] \(old.prefix { $0 != " " })"])
        var expected = before
        expected.logLevel = .debug
        expected.ignored = read.general.ignored
        #expect(section == expected)
    }

    @Test(arguments: [
        ("tcp://h:1", "tcp://i:1", "zmqreplyserver or serverkey"), ("/l", "/m", "fail2banlogpath"),
        ("/p", "/q", "pidfile"),
    ])
    func `a fixed key of the monitor is named and kept`(old: String, new: String, key: String) throws {
        let before = try #require(try Self.configuration().monitor)
        var section = before
        let text =
            Self.monitor.replacing(old, with: new).replacing("auth = no", with: "auth = yes\nauthtoken = t")
            + "\nbantime = 1w\nrequesttimeout = 9s\nignorejails = x"
        let read = try #require(try Self.configuration(monitor: text).monitor)
        #expect(section.adopt(read) == ["[monitor] \(key)"])
        #expect(section.token?.secret == "t")
        #expect((section.bantime, section.requestTimeout) == (read.bantime, .seconds(9)))
        #expect(section.ignoredJails == read.ignoredJails)
        #expect((section.hubs, section.log, section.pidfile) == (before.hubs, before.log, before.pidfile))
    }

    @Test func `every fixed key of the publisher is named and kept`() throws {
        let before = try #require(try Self.configuration().publisher)
        var section = before
        let text = "replybindurl = tcp://*:3\nbroadcasterbindurl = tcp://*:4\npidfile = /q\nauth = 1\nauthtoken = t u"
        let read = try #require(try Self.configuration(publisher: text).publisher)
        #expect(section.adopt(read) == ["pidfile", "broadcasterbindurl", "replybindurl"].map { "[publisher] \($0)" })
        var expected = before
        expected.tokens = read.tokens
        #expect(section == expected)
        #expect(section.tokens.count == 2)
    }

    @Test func `every fixed key of the subscriber is named and kept`() throws {
        let before = try #require(try Self.configuration().subscriber)
        var section = before
        let text = """
            zmqpublisherurl = tcp://h:3\npidfile = /q\nlogfile = /m\nignoreip = 192.0.2.1\nthreshold = 50
            zmqprefixfilter = a|\nbantime = 1w
            """
        let read = try #require(try Self.configuration(subscriber: text).subscriber)
        #expect(
            section.adopt(read)
                == [
                    "pidfile", "zmqpublisherurl, zmqreplyserver or serverkey", "subscriberaction", "targetjail",
                    "logfile",
                ]
                .map { "[subscriber] \($0)" })
        var expected = read
        expected.hubs = before.hubs
        expected.pidfile = before.pidfile
        expected.logFile = before.logFile
        expected.action = before.action
        expected.targetJail = before.targetJail
        #expect(section == expected)
    }

    @Test func `the same file again changes nothing and names nothing`() throws {
        let configuration = try Self.configuration()
        var (general, subscriber) = (configuration.general, try #require(configuration.subscriber))
        #expect(general.adopt(configuration.general) == [])
        #expect(subscriber.adopt(subscriber) == [])
        #expect(general == configuration.general)
    }
}
