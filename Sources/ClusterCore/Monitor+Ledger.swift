internal import BanModel

/// What the subscriber of this host says of what it bans there.
extension Monitor {
    mutating func take(_ record: LedgerRecord, at now: Timestamp) {
        echo.note(record)
        guard record.step != .intended else { return }
        for source in Origin.Source.ofMonitor {
            decide(HostClaim(source, record.subject), by: record.step, at: now)
        }
    }

    private mutating func decide(_ claim: HostClaim, by step: LedgerRecord.Step, at now: Timestamp) {
        guard let sighting = undecided.removeValue(forKey: claim), !settings.ignoredJails.contains(claim.jail) else {
            return
        }
        if step == .foreign || step == .logged {
            banned(claim, sighting, at: now)
        } else if step == .released {
            questions.want(.bans(claim.jail), at: now + Self.doubt)
        }
    }
}
