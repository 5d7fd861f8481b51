import BanModel
import ClusterConfiguration
import ClusterProtocol
import Testing

@testable import AdministrationCommands

@Suite struct SetupTests {
    private static let publisher = """
        [publisher]
        replybindurl = tcp://*:5678
        broadcasterbindurl = tcp://192.0.2.9:5680
        auth = true
        authtoken = theirs

        """
    private static let monitor = """
        [monitor]
        zmqreplyserver = tcp://one:1 tcp://two:2 tcp://one:1
        auth = true
        authtoken = ours
        requesttimeout = 9s

        """
    private static let subscriber = """
        [subscriber]
        zmqpublisherurl = tcp://three:4
        zmqreplyserver = tcp://three:3
        threshold = 60

        """

    @Test func `the subscriber's hubs are asked first, then the monitor's, then this host's`() throws {
        func hubs(_ text: String, hub: String? = nil) throws -> [String] {
            try setup(text, hub: hub).hubs.map(\.endpoint.description)
        }
        let all = Self.publisher + Self.monitor + Self.subscriber
        #expect(try hubs(all, hub: "tcp://four:4") == ["tcp://four:4"])
        #expect(try hubs(all) == ["tcp://three:3"])
        #expect(try hubs(all.replacing("zmqreplyserver = tcp://three:3", with: "")) == ["tcp://one:1", "tcp://two:2"])
        #expect(try hubs(Self.publisher) == ["tcp://127.0.0.1:5678"])
        #expect(try hubs(Self.publisher.replacing("*:5678", with: "127.0.0.1:*")) == [])
        #expect(try hubs("") == [])
    }

    @Test func `broadcasts come from the subscriber's hubs, or this host's`() throws {
        #expect(try setup(Self.publisher + Self.subscriber).broadcasts.map(\.endpoint.description) == ["tcp://three:4"])
        #expect(try setup(Self.publisher).broadcasts.map(\.endpoint.description) == ["tcp://192.0.2.9:5680"])
        #expect(try setup(Self.monitor).broadcasts == [])
    }

    @Test func `the token is the monitor's, or one of the hub's own`() throws {
        #expect(try setup(Self.publisher + Self.monitor).asker.token == "ours")
        #expect(try setup(Self.publisher).asker.token == "theirs")
        #expect(try setup(Self.subscriber).asker.token == nil)
    }

    @Test func `the time limit and the threshold are what the daemons have`() throws {
        #expect(try setup(Self.monitor).timeLimit == .seconds(9))
        #expect(try setup("").timeLimit == .seconds(5))
        #expect(try setup(Self.publisher + Self.subscriber).threshold.description == "60%")
        #expect(try setup("").threshold.description == "80%")
    }

    @Test func `an origin has its cluster's name`() throws {
        #expect(try setup("").origin(Host("a")!) == "own/a")
        #expect(try setup("[general]\ncluster = example").origin(Host("a")!) == "example/a")
        #expect(try setup("").asker.host.name == "machine")
    }
}
