import BanModel
import ClusterProtocol
import Testing

@testable import AdministrationCommands

@Suite struct StatusReportTests {
    private static let nobody = HubStatus(
        epoch: 123_456_789, sequence: 12, reports: 3, bans: 1, time: start, store: "ok", monitors: [], subscribers: [])

    private static var somebody: HubStatus {
        var status = nobody
        status.monitors = [
            PeerStatus(host: Host("web1")!, isConnected: true, lag: nil, seen: start),
            PeerStatus(host: Host("web2")!, isConnected: nil, lag: nil, seen: start - .seconds(600)),
        ]
        status.subscribers = [
            PeerStatus(
                host: Host("web1")!, isConnected: true, lag: 2, seen: start,
                progress: CopyProgress(epoch: 123_456_789, held: 12, obeyed: 10)),
            PeerStatus(
                host: Host("web3")!, isConnected: false, lag: nil, seen: start,
                progress: CopyProgress(epoch: 1, held: 12, obeyed: 10)),
        ]
        status.store = "disk full\u{1B}[2J"
        return status
    }

    @Test func `whom the hub has heard`() {
        let report = StatusReport(Self.somebody, endpoint: "tcp://hub:5678", clockOffset: .milliseconds(-2_250))
        #expect(
            report.text == """
                hub      tcp://hub:5678
                epoch    00000000075bcd15, change 12
                bans     1
                reports  3 kept
                store    disk full\\u{1b}[2J
                clock    2027-01-15 08:00:00 UTC, -2.250 s ahead of this host

                MONITOR  CONNECTED  LAST HEARD (UTC)
                web1     yes        2027-01-15 08:00:00
                web2     unknown    2027-01-15 07:50:00

                SUBSCRIBER  CONNECTED  LAG      LAST HEARD (UTC)
                web1        yes        2        2027-01-15 08:00:00
                web3        no         unknown  2027-01-15 08:00:00
                """)
    }

    @Test func `a hub that has heard nobody`() {
        let report = StatusReport(Self.nobody, endpoint: "tcp://hub:5678", clockOffset: .zero)
        #expect(report.text.contains("\n\nNo monitor was heard since the hub started.\n\nNo subscriber was heard"))
        #expect(
            report.document
                == #"{"bans":1,"epoch":"00000000075bcd15","friends":[],"hub":"tcp://hub:5678","monitors":[],"reports":3,"#
                + #""sequence":12,"store":"ok","subscribers":[],"time":"2027-01-15T08:00:00.000Z"}"#)
    }

    @Test func `for other programs, what is not known is null`() {
        let document = StatusReport(Self.somebody, endpoint: "e", clockOffset: .zero).document
        #expect(
            document.contains(
                #""monitors":[{"connected":true,"host":"web1","lag":null,"seen":"2027-01-15T08:00:00.000Z"},"#
                    + #"{"connected":null,"host":"web2","lag":null,"seen":"2027-01-15T07:50:00.000Z"}]"#))
        #expect(
            document.contains(
                #"{"connected":true,"held":12,"host":"web1","lag":2,"obeyed":10,"seen":"2027-01-15T08:00:00.000Z"}"#))
    }
}

@Suite struct WatchTests {
    @Test func `a report is a line`() throws {
        func line(_ report: Report) -> WatchLine { WatchLine(report, at: start + .seconds(1)) }
        #expect(
            line(try report("203.0.113.7")).text()
                == "2027-01-15 08:00:01 banned 203.0.113.7 in sshd until 2027-01-15 08:10:00, says web1")
        #expect(
            line(try report("203.0.113.7", source: .person, until: nil)).text()
                == "2027-01-15 08:00:01 banned 203.0.113.7 in sshd for ever, says web1 (person)")
        #expect(
            line(try report("203.0.113.7", lifted: true)).text()
                == "2027-01-15 08:00:01 lifted 203.0.113.7 in sshd, says web1")
        #expect(
            line(try report("203.0.113.7")).document { "own/\($0)" }
                == #"{"address":"203.0.113.7","jail":"sshd","lifted":false,"origin":"own/web1","since":"2027-01-15T08:00:00.000Z","#
                + #""source":"log","time":"2027-01-15T08:00:01.000Z","until":"2027-01-15T08:10:00.000Z"}"#)
    }

    @Test func `another cluster's host has the name that we gave its cluster, and for programs its fingerprint`() throws
    {
        let cluster = Cluster(String(repeating: "a", count: 32))!
        var foreign = try report("203.0.113.7")
        foreign.origin.foreign = Origin.Foreign(cluster: cluster, friend: cluster)
        let line = WatchLine(foreign, at: start + .seconds(1))
        #expect(line.text(friends: [cluster: Host("bob")!]).hasSuffix(", says bob/web1"))
        #expect(line.text().hasSuffix(", says \(cluster)/web1"))
        #expect(line.document { "own/\($0)" }.contains(#""origin":"\#(cluster)/web1""#))
        let list = BanList(
            [foreign], at: start, maximumBantime: month, levels: [cluster: .full], threshold: .usualThreshold)
        #expect(list.text(friends: [cluster: Host("bob")!]).hasSuffix("100%        bob/web1"))
    }

    @Test func `who missed something is told so`() throws {
        var stream = WatchedStream()
        func heard(_ count: Int, epoch: UInt64 = 7, upTo sequence: UInt64) throws -> String? {
            let reports = Array(repeating: try report("203.0.113.7"), count: count)
            return stream.heard(Broadcast(epoch: epoch, sequence: sequence, reports: reports))
        }
        #expect(try heard(1, upTo: 5) == nil)
        #expect(try heard(0, upTo: 5) == nil)
        #expect(try heard(2, upTo: 7) == nil)
        #expect(try heard(1, upTo: 10)?.hasPrefix("2 changes were missed") == true)
        #expect(try heard(0, upTo: 11)?.hasPrefix("1 changes were missed") == true)
        #expect(try heard(0, epoch: 8, upTo: 0) == "the hub began anew")
        #expect(try heard(3, epoch: 8, upTo: 1) == nil)
    }
}
