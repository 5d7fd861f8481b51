import Testing

@testable import ClusterCore

@Suite struct BroadcastWatchTests {
    private static let second: Int64 = 1_000_000

    /// What is found, and when, in seconds.
    private func findings(
        from begin: Int64 = 0, until end: Int64, in watch: inout BroadcastWatch, heardAt beacons: Set<Int64> = []
    ) -> [String] {
        var found: [String] = []
        for second in begin...end {
            let now = second * Self.second
            if beacons.contains(second), watch.heard(at: now) { found.append("\(second) heard") }
            if let finding = watch.takeDue(at: now) { found.append("\(second) \(finding)") }
        }
        return found
    }

    @Test func `beacons every 30 s are no silence, and two that are lost are none`() {
        var watch = BroadcastWatch()
        watch.answered(at: 0)
        #expect(findings(until: 400, in: &watch, heardAt: [30, 60, 90, 179, 209, 239, 269, 299, 329, 359, 389]) == [])
    }

    @Test func `a hub that answers and is not heard is said once, and asked every 30 s until it is heard`() {
        var watch = BroadcastWatch()
        watch.answered(at: 0)
        watch.answered(at: 50 * Self.second)  // a hello in between is no broadcast
        #expect(
            findings(until: 250, in: &watch, heardAt: [155]) == [
                "90 deaf", "120 stillDeaf", "150 stillDeaf", "155 heard", "245 deaf",
            ])
    }

    @Test func `the silence of a hub that does not answer says nothing, and is not said again when it is back`() {
        var watch = BroadcastWatch()
        #expect(findings(until: 100, in: &watch) == [])
        watch.answered(at: 100 * Self.second)
        #expect(findings(from: 100, until: 200, in: &watch) == ["190 deaf"])
        watch.lost()
        #expect(watch.next == nil)
        #expect(findings(from: 200, until: 300, in: &watch) == [])
        watch.answered(at: 300 * Self.second)
        #expect(findings(from: 300, until: 340, in: &watch) == ["330 stillDeaf"])
    }
}
