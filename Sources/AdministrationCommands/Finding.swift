internal import BanModel
internal import DaemonKit

/// What one look at something found, and what to do about it.
struct Finding: Hashable {
    enum Verdict: String {
        case ok
        case warning
        case failed
    }

    var what: String
    var verdict: Verdict
    var detail: String
    /// nil: nothing has to be done.
    var remedy: String?

    init(_ what: String, _ verdict: Verdict, _ detail: String, remedy: String? = nil) {
        self.what = what
        self.verdict = verdict
        self.detail = LogText.escaped(detail)
        self.remedy = remedy
    }

    static func text(of findings: [Finding]) -> String {
        var table = Table([Table.Column("CHECK"), .init("RESULT"), .init("FOUND", mayBreak: true)])
        table.rows = findings.flatMap { finding in
            [[finding.what, finding.verdict.rawValue, finding.detail]]
                + (finding.remedy.map { [["", "", "→ \($0)"]] } ?? [])
        }
        return table.text
    }

    static func document(of findings: [Finding]) -> String {
        Document.text(
            findings.map { Fields(check: $0.what, result: $0.verdict.rawValue, found: $0.detail, remedy: $0.remedy) })
    }

    private struct Fields: Encodable {
        var check: String
        var result: String
        var found: String
        var remedy: String?
    }
}

// MARK: What values mean

extension Finding {
    /// Above this monitors tell ends in the hub's time, and say so.
    private static let clockLimit = Duration.seconds(2)

    /// - Parameter offset: how far the hub's clock is ahead of ours.
    static func clock(_ offset: Duration) -> Finding {
        let isFar = offset > clockLimit || offset < .zero - clockLimit
        return Finding(
            "clock", isFar ? .warning : .ok, "the hub's is \(StatusReport.seconds(offset)) ahead of this host's",
            remedy: isFar ? "let chrony, ntpd or systemd-timesyncd set both clocks" : nil)
    }

    /// - Parameter answer: to ``Question/jails``.
    static func fail2ban(_ answer: Answer) -> Finding {
        switch answer {
        case .jails(let jails): Finding("fail2ban", .ok, "answers, and runs \(jails.count) jails")
        case .notRunning(let reason):
            Finding("fail2ban", .failed, "does not run: \(reason)", remedy: "start it: systemctl start fail2ban")
        case .impossible(let reason):
            Finding(
                "fail2ban", .failed, "cannot be asked: \(reason)",
                remedy: "run this as root; set fail2banclient and fail2bansocket in [general] to where they are")
        case .unclear(let reason):
            Finding(
                "fail2ban", .failed, "does not answer as it should: \(reason)",
                remedy: "look what `fail2ban-client status` says, and into fail2ban's log")
        case .bantime, .bans, .status, .changed, .packetFilter, .noSuchJail:
            Finding("fail2ban", .failed, "answered something else than was asked")
        }
    }

    /// - Parameter answer: what the packet filter's table holds.
    static func packetFilter(_ answer: Answer) -> Finding {
        switch answer {
        case .packetFilter(let elements?): Finding("nftables", .ok, "the table holds \(elements.count) bans")
        case .packetFilter(nil):
            Finding(
                "nftables", .warning, "there is no table inet fail2ban-cluster, or it is not as it should be",
                remedy: "start the subscriber: it makes it, and every five minutes what is wrong with it good")
        case .impossible(let reason), .unclear(let reason), .notRunning(let reason):
            Finding(
                "nftables", .failed, "cannot be asked: \(reason)",
                remedy: "install nftables; run this, and the subscriber, as root")
        case .jails, .bantime, .bans, .status, .changed, .noSuchJail:
            Finding("nftables", .failed, "answered something else than was asked")
        }
    }

    /// - Parameter running: what fail2ban runs.
    static func targetJail(_ jail: Jail, running: [Jail]) -> Finding {
        running.contains(jail)
            ? Finding("jail \(jail)", .ok, "runs")
            : Finding(
                "jail \(jail)", .failed, "does not run: nothing can be banned into it",
                remedy: "install fail2ban/jail.d/\(jail).conf into /etc/fail2ban/jail.d, then: fail2ban-client reload")
    }

    /// - Parameters:
    ///   - process: who holds its pidfile; nil: nobody.
    ///   - isNeeded: whether nothing else runs here, so that it is probably this one that is missed.
    static func daemon(_ name: String, process: Int32?, isNeeded: Bool) -> Finding {
        if let process { return Finding(name, .ok, "runs (pid \(process))") }
        return Finding(
            name, isNeeded ? .failed : .warning, "does not run",
            remedy: "where it should run on this host: systemctl enable --now \(name), or: \(name) start")
    }
}
