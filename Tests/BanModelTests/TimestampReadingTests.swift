import BanModel
import Testing

@Suite struct TimestampReadingTests {
    @Test(
        arguments: [
            ("2027-01-15T08:00:00Z", 1_800_000_000_000_000), ("2027-01-15t08:00:00z", 1_800_000_000_000_000),
            ("2027-01-15 08:00:00.5Z", 1_800_000_000_500_000), ("2027-01-15T09:30:00+01:30", 1_800_000_000_000_000),
            ("2027-01-15T07:00:00-01:00", 1_800_000_000_000_000),
            ("2027-01-15T08:00:00.0000019Z", 1_800_000_000_000_001),
            ("1970-01-01T00:00:00Z", 0), ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999), ("2028-02-29T00:00:00Z", 1_835_395_200_000_000),
        ] as [(String, Int64)]) func `a time as in RFC 3339`(text: String, microseconds: Int64)
    {
        #expect(Timestamp(text)?.microseconds == microseconds)
    }

    @Test func `what is written is read`() {
        for microseconds in [0, 1_800_000_000_014_000, 4_102_444_800_000_000] as [Int64] {
            let timestamp = Timestamp(microseconds: microseconds)
            #expect(Timestamp("\(timestamp)") == timestamp)
        }
        for microseconds in [1, 1_800_000_000_014_159, 253_402_300_799_999_999] as [Int64] {
            let timestamp = Timestamp(microseconds: microseconds)
            #expect(Timestamp(timestamp.exact) == timestamp)
        }
        #expect(Timestamp.forever.exact == "forever")
    }

    @Test(arguments: [
        "", "forever", "2027-01-15", "2027-01-15T08:00:00", "2027-13-15T08:00:00Z", "2027-02-29T00:00:00Z",
        "2027-02-31T00:00:60Z", "1970-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:60Z",
        "2027-01-15T24:00:00Z", "2027-01-15T08:00:00.Z", "2027-01-15T08:00:00Zx", "2027-01-15T08:00:00+0100",
        "27-01-15T08:00:00Z", "2027-01-15T08:60:00Z", " 2027-01-15T08:00:00Z", "２027-01-15T08:00:00Z",
    ]) func `nothing else is a time`(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
