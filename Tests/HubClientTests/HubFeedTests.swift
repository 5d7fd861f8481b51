import BanModel
import ClusterProtocol
import HubClient
import LinuxSystem
import OwnThread
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(5))) struct HubFeedTests {
    private struct NothingCame: Error {}

    /// The two sockets of a hub; what is said there, the test says.
    private final class BareHub {
        var replies: Socket
        var broadcasts: Socket

        init(in context: Context) throws {
            replies = try Socket(.router, in: context)
            broadcasts = try Socket(.xpub, in: context)
            try replies.bind("tcp://127.0.0.1:*")
            try broadcasts.bind("tcp://127.0.0.1:*")
        }
    }

    private static let greeting = HubGreeting(
        epoch: 7, sequence: 0, time: .seconds(1_800_000_000), longestRequest: 4_096, reportsPerRequest: 10,
        maximumBantime: .seconds(86_400), version: 0, digest: ReportDigest()
    ).bytes
    private static let question: [UInt8] = Array("question".utf8)

    @Test func `a hello that is wanted while a request is under way is said after its answer, before the next request`()
        async throws
    {
        try await onOwnThread("feed") {
            let context = try Context()
            let hub = try BareHub(in: context)
            let feed = try HubFeed(
                context: context, broadcasts: hub.broadcasts.lastEndpoint, replies: hub.replies.lastEndpoint,
                curve: nil,
                prefixFilter: "", at: SystemClock.monotonic())
            let hello = Hello(host: Host("b")!, instance: nil, token: nil).bytes
            var heard: [[UInt8]] = []
            var replies = 0
            var isAnswering = true
            let end = SystemClock.monotonic() + 60_000_000
            /// Until the condition holds; what the feed is told to do, it does in its next turn.
            func work(until isDone: () -> Bool) throws {
                while !isDone() {
                    guard SystemClock.monotonic() < end else { throw NothingCame() }
                    for event in try feed.work(at: SystemClock.monotonic(), hello: { hello }) {
                        if case .reply = event { replies += 1 }
                    }
                    if isAnswering, let frames = try hub.replies.receive() {
                        heard.append(frames[2])
                        let answer = frames[2] == hello ? Self.greeting : frames[2]
                        _ = try hub.replies.send([frames[0], [], answer])
                    }
                    var ready = PollSet()
                    feed.register(in: &ready)
                    _ = try ready.wait(timeout: .milliseconds(5))
                }
            }
            try work { feed.isIdle }
            #expect(heard == [hello])
            isAnswering = false
            #expect(try feed.ask(Self.question, at: SystemClock.monotonic()) == true)
            try feed.greetAgain(hello, at: SystemClock.monotonic())
            isAnswering = true
            try work { replies == 1 }
            #expect(!feed.isIdle)
            #expect(feed.deadline == 0)
            try work { feed.isIdle }
            #expect(heard == [hello, Self.question, hello])
        }
    }

    @Test func `where no connection stands, whoever is hurried tries at once, but not again and again`() async throws {
        try await onOwnThread("feed") {
            let feed = try HubFeed(
                context: Context(), broadcasts: "tcp://127.0.0.1:1", replies: "tcp://127.0.0.1:1", curve: nil,
                as: .friends, at: 0)
            func work(at now: Int64) throws {
                for event in try feed.work(at: now, hello: { [] }) { Issue.record("\(event)") }
            }
            try work(at: 0)
            #expect(feed.deadline == 900_000)
            feed.hurry(at: 500_000)
            #expect(feed.deadline == 0)
            try work(at: 500_000)
            #expect(feed.deadline == 1_400_000)
            feed.hurry(at: 2_499_999)
            #expect(feed.deadline == 1_400_000)
            feed.hurry(at: 2_500_000)
            try work(at: 2_500_001)
            #expect(feed.deadline == 3_400_001)
        }
    }

    @Test func `the two roads to a hub that is not there are tried in turns, and that is told once in 30 s`()
        async throws
    {
        try await onOwnThread("feed") {
            let feed = try HubFeed(
                context: Context(), broadcasts: "tcp://127.0.0.1:1", replies: "tcp://127.0.0.1:1", curve: nil,
                as: .friends, at: 0)
            var turns: [Int64] = []
            var told: [Int64] = []
            var now = try #require(feed.deadline)
            while now < 61_000_000 {
                for event in try feed.work(at: now, hello: { [] }) {
                    if case .lost = event { told.append(now) } else { Issue.record("\(event)") }
                }
                turns.append(now)
                now = try #require(feed.deadline)
            }
            #expect(turns.prefix(5) == [0, 900_000, 1_350_000, 1_800_000, 2_250_000])
            #expect(told == [30_000_000, 60_000_000])
        }
    }

    @Test func `a connection that stands is left alone by hurry`() async throws {
        try await onOwnThread("feed") {
            let context = try Context()
            let hub = try BareHub(in: context)
            let feed = try HubFeed(
                context: context, broadcasts: hub.broadcasts.lastEndpoint, replies: hub.replies.lastEndpoint,
                curve: nil,
                as: .friends, at: 0)
            let end = SystemClock.monotonic() + 60_000_000
            var hasJoined = false
            while !(hasJoined && feed.isIdle) {
                guard SystemClock.monotonic() < end else { throw NothingCame() }
                for event in try feed.work(at: 0, hello: { [] }) { if case .joined = event { hasJoined = true } }
                if let frames = try hub.replies.receive() { _ = try hub.replies.send([frames[0], [], Self.greeting]) }
                var ready = PollSet()
                feed.register(in: &ready)
                _ = try ready.wait(timeout: .milliseconds(5))
            }
            feed.hurry(at: 0)
            _ = try feed.work(at: 0, hello: { [] })
            #expect(feed.deadline == nil)
            #expect(feed.isIdle)
        }
    }
}
