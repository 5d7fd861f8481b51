internal import BanModel
internal import LinuxSystem

/// Attackers that nobody is: addresses that are given to no machine, and reports on them.
enum Samples {
    static let jail: Jail = {
        guard let jail = Jail("sshd") else { preconditionFailure() }
        return jail
    }()

    /// Another for each number up to 2^28, in no order; from 240.0.0.0/4, which is reserved, so that no machine has one.
    static func address(_ number: Int) -> String {
        // An odd factor makes each another one.
        let bits = 0xF000_0000 | UInt32(truncatingIfNeeded: number &* 2_654_435_761) & 0x0FFF_FFFF
        return "\(bits >> 24).\(bits >> 16 & 0xFF).\(bits >> 8 & 0xFF).\(bits & 0xFF)"
    }

    static func host(_ name: String) -> Host {
        guard let host = Host(name) else { preconditionFailure(name) }
        return host
    }

    /// A ban that was made now and lasts for a day.
    static func report(_ number: Int, by host: Host, at now: Int64) -> Report {
        guard let address = try? Address(address(number)) else { preconditionFailure("\(number)") }
        let start = Timestamp(microseconds: now + Int64(number))
        return Report(
            origin: Origin(host: host), subject: Subject(jail, address),
            state: Report.State(version: start.microseconds, isLifted: false, until: start + .seconds(86_400)))
    }

    /// What fail2ban writes, as of now.
    static func line(_ number: Int, stamp: String) -> String {
        "\(stamp) fail2ban.actions        [1]: NOTICE  [\(jail)] Ban \(address(number))\n"
    }
}
