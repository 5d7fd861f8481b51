import ClusterCore
import Testing

@Suite struct BeaconScheduleTests {
    /// The beacons up to a moment, in milliseconds.
    private func beacons(_ schedule: inout BeaconSchedule, to end: Int64) -> [Int64] {
        var moments: [Int64] = []
        while schedule.next <= end {
            let moment = schedule.next
            if schedule.takeDue(at: moment) { moments.append(moment / 1_000) }
        }
        return moments
    }

    @Test func `without news a beacon comes every 30 s`() {
        var schedule = BeaconSchedule(at: 0)
        #expect(beacons(&schedule, to: 100_000_000) == [30_000, 60_000, 90_000])
    }

    @Test func `schedule 17: after news a beacon comes 0.2 s and 2 s later, and then every 30 s`() {
        var schedule = BeaconSchedule(at: 0)
        schedule.broadcast(at: 10_000_000)
        #expect(beacons(&schedule, to: 70_000_000) == [10_200, 12_000, 42_000])
        schedule.broadcast(at: 71_000_000)
        schedule.broadcast(at: 71_100_000)
        #expect(beacons(&schedule, to: 80_000_000) == [71_300, 73_100])
    }

    @Test func `nothing is due before its time`() {
        var schedule = BeaconSchedule(at: 0)
        #expect(schedule.takeDue(at: 29_999_999) == false)
        #expect(schedule.takeDue(at: 30_000_000) == true)
        #expect(schedule.takeDue(at: 30_000_000) == false)
    }
}
