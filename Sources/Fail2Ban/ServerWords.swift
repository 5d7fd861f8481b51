internal import BanModel

// What is asked of fail2ban's server, in the words that its client takes and its socket hears.

extension Jail {
    /// What `get` and `set` take for a setting of the server, and `status` for all jails: no jail by such a name can be
    /// reached, and `set logtarget banip …`, asked for by some peer, would send fail2ban's log elsewhere.
    private static let reserved: Set<String> = [
        "--all", "allowipv6", "dbfile", "dbmaxmatches", "dbpurgeage", "loglevel", "logtarget", "syslogsocket", "thread",
    ]

    var isReserved: Bool { Self.reserved.contains(name) }
}

extension Question {
    /// The jail that it is about; nil: all of them.
    var jail: Jail? {
        switch self {
        case .jails: nil
        case .bantime(let jail), .bans(let jail), .status(let jail): jail
        }
    }

    var words: [String] {
        switch self {
        case .jails: ["status"]
        case .status(let jail): ["status", jail.name]
        case .bantime(let jail): ["get", jail.name, "bantime"]
        case .bans(let jail): ["get", jail.name, "banip", "--with-time"]
        }
    }
}

extension Instruction {
    var jail: Jail {
        switch self {
        case .ban(let jail, _), .unban(let jail, _): jail
        }
    }

    /// Several lists of words, with so many addresses each at most; none where there are no addresses.
    func words(atMost limit: Int) -> [[String]] {
        // `--report-absent` is left away: with it, one address that is not banned makes the whole call fail.
        let (verb, addresses) =
            switch self {
            case .ban(_, let addresses): ("banip", addresses)
            case .unban(_, let addresses): ("unbanip", addresses)
            }
        return stride(from: 0, to: addresses.count, by: limit).map { start in
            ["set", jail.name, verb] + addresses[start..<min(start + limit, addresses.count)].map(\.description)
        }
    }
}
