internal import BanModel

/// How far what fail2ban writes was read; nil where that is no news.
struct ReadPlaces: Hashable, Sendable {
    var log: LogPosition?
    var spool: FilePosition?

    mutating func take(_ later: ReadPlaces) {
        log = later.log ?? log
        spool = later.spool ?? spool
    }
}
