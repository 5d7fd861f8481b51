internal import BanModel

/// fail2ban's list of a jail's bans with their times, which its client prints and its socket tells in the same words.
enum BanLines {
    /// A line is a ban: `192.0.2.1 	2026-11-21 02:00:00 + 600 = 2026-11-21 02:10:00`.
    static func answer(_ lines: [ArraySlice<UInt8>], _ clock: LocalClock) -> Answer {
        var clock = clock
        var listed: [ListedBan] = []
        for line in lines {
            // The last tab: what stands before it may be an ID with anything in it.
            guard let tab = line.lastIndex(of: UInt8(ascii: "\t")), line[..<tab].last == UInt8(ascii: " "),
                let (since, until) = times(line[(tab + 1)...], &clock)
            else { return .unclear("a ban that makes no sense: \(quotation(line))") }
            guard let address = try? Address(utf8: line[..<tab].dropLast()) else { continue }
            listed.append(ListedBan(address: address, since: since, until: until))
        }
        return .bans(listed)
    }

    private static func times(
        _ text: ArraySlice<UInt8>, _ clock: inout LocalClock
    ) -> (since: Timestamp, until: Timestamp)? {
        var scanner = ByteScanner(text)
        guard let start = scanner.dateAndTime(), scanner.take(" + ") else { return nil }
        let isPermanent = scanner.take("-1")
        let length = isPermanent ? 0 : scanner.number()
        guard let length, length < 1_000_000_000_000, scanner.take(" = "), let end = scanner.dateAndTime(),
            scanner.isAtEnd, let since = clock.seconds(start, seen: .forever),
            let until = clock.seconds(end, seen: .forever)
        else { return nil }
        // 9999 is as far as fail2ban's calendar goes.
        if isPermanent || end.year == 9999 { return (.seconds(since), .forever) }
        // Both are cut to seconds; further apart they are only when the clock was changed for summer between them.
        let exact = (0...1).contains(until - since - length)
        return (.seconds(since), .seconds(exact ? until : since + length))
    }
}
