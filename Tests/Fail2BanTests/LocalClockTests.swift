import BanModel
import Foundation
import Testing

@testable import Fail2Ban

@Suite struct LocalClockTests {
    private func civil(_ text: String) throws -> CivilTime {
        var scanner = ByteScanner(Array(text.utf8)[...])
        let time = scanner.dateAndTime()
        return try #require(time)
    }

    /// The only test that needs another zone: everything else of this target reads UTC.
    @Test func `schedule 9: summer time begins and ends, in every zone`() throws {
        let before = ProcessInfo.processInfo.environment["TZ"]
        setenv("TZ", "Europe/Berlin", 1)
        defer {
            if let before { setenv("TZ", before, 1) } else { unsetenv("TZ") }
            tzset()
        }
        var clock = LocalClock.local
        func seconds(_ text: String, seen: Timestamp) throws -> Int64? {
            clock.seconds(try civil(text), seen: seen)
        }
        let later = Timestamp.seconds(2_000_000_000)
        #expect(try seconds("2026-07-01 12:00:00", seen: later) == 1_782_900_000)
        #expect(try seconds("2026-12-01 12:00:00", seen: later) == 1_796_122_800)
        // 02:30 passes twice on this day: at 00:30 and at 01:30 UTC.
        let twice = "2026-10-25 02:30:00"
        #expect(try seconds(twice, seen: .seconds(1_792_888_200)) == 1_792_888_200)
        #expect(try seconds(twice, seen: .seconds(1_792_891_799 - 2)) == 1_792_888_200)
        #expect(try seconds(twice, seen: .seconds(1_792_891_800)) == 1_792_891_800)
        #expect(try seconds(twice, seen: later) == 1_792_891_800)
        #expect(try seconds("2026-10-25 01:59:59", seen: later) == 1_792_886_399)
        #expect(try seconds("2026-10-25 03:00:00", seen: later) == 1_792_893_600)
        try readsElsewhere()
    }

    /// A zone, what the clock on the wall shows, when it is read, and the moments that it must and may mean.
    private static let elsewhere: [(String, String, Int64, Int64)] = [
        // A quarter of an hour that no other zone has.
        ("Asia/Kathmandu", "2026-11-21 02:00:00", 2_000_000_000, 1_795_205_700),
        // Half an hour that passes twice: 01:30 to 02:00.
        ("Australia/Lord_Howe", "2026-04-05 01:45:00", 1_775_314_000, 1_775_313_900),
        ("Australia/Lord_Howe", "2026-04-05 01:45:00", 1_775_316_000, 1_775_315_700),
        ("Australia/Lord_Howe", "2026-04-05 01:15:00", 2_000_000_000, 1_775_312_100),
        ("Australia/Lord_Howe", "2026-04-05 02:15:00", 2_000_000_000, 1_775_317_500),
        // The hour that is left out reads as some moment beside it.
        ("Europe/Berlin", "2026-03-29 02:30:00", 2_000_000_000, 1_774_747_800),
        // Midnight that passes twice, and a day that begins at one.
        ("America/Havana", "2026-11-01 00:30:00", 1_793_507_500, 1_793_507_400),
        ("America/Havana", "2026-11-01 00:30:00", 2_000_000_000, 1_793_511_000),
    ]

    /// In one process with the test above, and not at the same time.
    private func readsElsewhere() throws {
        for (zone, text, seen, expected) in Self.elsewhere {
            setenv("TZ", zone, 1)
            tzset()
            var clock = LocalClock.local
            let read = clock.seconds(try civil(text), seen: .seconds(seen))
            #expect(read == expected, "\(zone) \(text)")
        }
    }

    @Test func `every second of two days is the one after the last`() throws {
        var clock = LocalClock.utc
        var expected: Int64 = 1_709_164_800  // 2024-02-29 00:00:00
        for day in [(2, 29), (3, 1)] {
            for second in 0..<86_400 {
                let time = CivilTime(
                    year: 2024, month: day.0, day: day.1, hour: second / 3600, minute: second / 60 % 60,
                    second: second % 60)
                guard clock.seconds(time, seen: .forever) == expected else {
                    Issue.record("\(time)")
                    return
                }
                expected += 1
            }
        }
    }
}
