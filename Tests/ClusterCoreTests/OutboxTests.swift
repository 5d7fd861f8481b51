import BanModel
import Testing

@testable import ClusterCore

@Suite struct OutboxTests {
    private func item(_ text: String, _ version: Version, lifted: Bool = false) -> Outbox.Item {
        let report = report(text, version: version, until: Double(version), lifted: lifted)
        return Outbox.Item(claim: HostClaim(.log, report.subject), state: report.state, isEnd: false)
    }

    private func number(_ state: Report.State) -> Version { state.version - start.microseconds }

    private func waiting(in outbox: Outbox) -> [String] {
        var outbox = outbox
        return outbox.begin(outbox.places(atMost: 100) { _ in true }).map {
            "\($0.claim.address) \($0.state.isLifted ? "lifted" : "banned") \(number($0.state))"
        }
    }

    @Test func `what a batch passed over is the last on its claim again, and takes a later ban's end alone`() {
        var outbox = Outbox()
        for item in [item("192.0.2.1", 1), item("192.0.2.1", 2, lifted: true), item("192.0.2.2", 3)] {
            outbox.append(item)
        }
        _ = outbox.begin([1])
        let (done, isHeldUp) = outbox.finishBatch(1, except: [:])
        #expect(done.map { number($0.item.state) } == [2])
        #expect(!isHeldUp)
        outbox.append(item("192.0.2.1", 4))
        #expect(waiting(in: outbox) == ["192.0.2.1 banned 4", "192.0.2.2 banned 3"])
        #expect(outbox.holds(HostClaim(.log, ssh("192.0.2.1")), laterThan: item("192.0.2.1", 3).state))
    }

    @Test func `a ban that is on its way is told with its own end, and a later end after it`() {
        var outbox = Outbox()
        outbox.append(item("192.0.2.1", 1))
        let sent = outbox.begin([0])
        outbox.append(item("192.0.2.1", 2))
        #expect(sent.map { number($0.state) } == [1])
        #expect(waiting(in: outbox) == ["192.0.2.1 banned 1", "192.0.2.1 banned 2"])
        _ = outbox.finishBatch(1, except: [:])
        #expect(waiting(in: outbox) == ["192.0.2.1 banned 2"])
        outbox.append(item("192.0.2.1", 3))
        #expect(waiting(in: outbox) == ["192.0.2.1 banned 3"])
    }
}
