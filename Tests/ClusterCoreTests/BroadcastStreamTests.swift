import BanModel
import Testing

@testable import ClusterCore

/// What a hub says of its sequence is only a number: whatever it is, it is reckoned with.
@Suite struct BroadcastStreamTests {
    @Test(arguments: [0, 1, 2, 500] as [UInt64])
    func `the highest sequence that can be said is a gap like any other`(count: UInt64) {
        var stream = BroadcastStream(epoch: 1, sequence: 7)
        stream.heard(count, upTo: .max)
        #expect(stream.hasGap)
        stream.heard(1, upTo: .max)
        stream.heard(0, upTo: .max)
        #expect(stream.hasGap)
        stream.synced(upTo: .max)
        #expect(!stream.hasGap)
        #expect(stream.sequence == .max)
        stream.heard(1, upTo: .max)
        #expect(!stream.hasGap)
    }

    @Test func `the last change but one, and then the last`() {
        var stream = BroadcastStream(epoch: 1, sequence: .max - 2)
        stream.heard(1, upTo: .max - 1)
        #expect(!stream.hasGap)
        stream.heard(1, upTo: .max)
        #expect(!stream.hasGap)
        #expect(stream.sequence == .max)
    }

    @Test func `a message with more reports than there were changes begins at the first`() {
        var stream = BroadcastStream(epoch: 1, sequence: 0)
        stream.heard(500, upTo: 3)
        #expect(!stream.hasGap)
        #expect(stream.sequence == 3)
    }

    @Test func `a hub's answer may say any number of its latest change`() {
        var copy = CopySync()
        func answer(_ sequence: UInt64) -> CopyAnswer<Report> {
            .changes(epoch: 1, sequence: sequence, latest: .max, [])
        }
        copy.answered(answer(0), own: ReportBuckets())
        #expect(copy.question == .since(epoch: 1, sequence: 0))
        copy.answered(answer(.max), own: ReportBuckets())
        #expect(copy.isInStep)
        copy.heard(3, epoch: 1, upTo: .max)
        #expect(copy.isInStep)
    }
}
