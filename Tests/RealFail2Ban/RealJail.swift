/// A jail of a ``RealFail2Ban``: what its section in jail.conf says.
public struct RealJail: Sendable {
    public var name: String
    /// Lines `failed from ADDRESS` in the jail's log are failures; false: a jail that only receives bans.
    public var hasFilter = true
    /// As fail2ban reads it: `600`, `10m`, `-1`.
    public var bantime = "600"
    public var maxretry = 1
    public var findtime = "600"
    /// What the shell is to do at a ban and at an unban; `<ip>` is the address. nil: the jail has no action.
    public var command: String?
    /// `bantime.increment`: a ban again is longer.
    public var increment = false
    /// More lines for the section.
    public var extra: [String] = []

    public init(_ name: String) { self.name = name }

    public init(
        _ name: String, hasFilter: Bool = true, bantime: String = "600", maxretry: Int = 1, findtime: String = "600",
        command: String? = nil, increment: Bool = false, extra: [String] = []
    ) {
        self.name = name
        self.hasFilter = hasFilter
        self.bantime = bantime
        self.maxretry = maxretry
        self.findtime = findtime
        self.command = command
        self.increment = increment
        self.extra = extra
    }

    func section(logPath: String) -> String {
        var lines = [
            "[\(name)]", "enabled = true", "backend = polling", "usedns = no", "ignoreself = false", "ignoreip =",
            "filter = \(hasFilter ? "failures" : "")", "logpath = \(hasFilter ? logPath : "/dev/null")",
            "bantime = \(bantime)", "maxretry = \(maxretry)", "findtime = \(findtime)",
            "action = \(command == nil ? "" : name)",
        ]
        if increment { lines += ["bantime.increment = true"] }
        return (lines + extra).joined(separator: "\n") + "\n"
    }

    var action: String? {
        command.map { command in
            // % would begin an interpolation.
            let text = command.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
            return "[Definition]\nactionban = \(text)\nactionunban = \(text)\n"
        }
    }
}
