import BanModel
import Testing

@testable import ClusterCore

/// What one host can make the hub hold and do.
@Suite struct HubBoundsTests {
    private func reports(_ count: Int, from host: String) -> [Report] {
        (0..<count).map { number in
            Report(
                origin: Origin(host: Host(host)!), subject: Subject(Jail("jail\(number)")!, address("198.51.100.1")),
                state: Report.State(
                    version: start.microseconds + Int64(number), isLifted: false, until: start + .seconds(600)))
        }
    }

    @Test func `a host reports an address in so many jails at most, and another host is taken all the same`() {
        var rig = HubRig()
        let outcome = rig.report(reports(Hub.jails + 2, from: "a"), as: "a")
        #expect(outcome.except.keys.sorted() == [Hub.jails, Hub.jails + 1])
        #expect(outcome.except[Hub.jails]?.verdict == .never)
        #expect(rig.hub.count == Hub.jails)
        #expect(rig.report(reports(2, from: "b"), as: "b").except == [:])
        // What is known may change.
        var again = reports(1, from: "a")
        (again[0].state.version, again[0].state.isLifted) = (start.microseconds + 1_000, true)
        #expect(rig.report(again, as: "a").news.count == 1)
    }

    @Test func `however many names are made up within ten seconds, so many are remembered, the latest among them`() {
        var rig = HubRig()
        for number in 0..<Hub.names + 1_500 {
            rig.now = start + .milliseconds(Int64(number) / 2)
            #expect(rig.hub.admit(Instance(number: 1), as: Host("h\(number)")!, at: rig.now) == nil)
            if number % 500 == 0 { #expect(rig.hub.monitors.count <= Hub.names) }
        }
        #expect(rig.hub.monitors.count <= Hub.names)
        let last = Host("h\(Hub.names + 1_499)")!
        #expect(rig.hub.admit(Instance(number: 2), as: last, at: rig.now)?.verdict == .later)
    }

    @Test func `peers of the old form are told nothing of an address that became exempt before the hub was started`() {
        var rig = HubRig(HubRig.settings(ignored: [address("198.51.100.0/24")]))
        rig.hub.restore([report("198.51.100.1"), report("198.51.101.1")])
        rig.heard(rig.hub.start(at: start))
        #expect(rig.hub.status(store: "ok", at: start).bans == 1)
        rig.wait(until: 601)
        #expect(rig.broadcasts == ["a|sshd|Unban|198.51.101.1"])
    }
}
