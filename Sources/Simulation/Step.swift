/// What somebody does, or what goes wrong, at one moment of a schedule. Times are in microseconds.
enum Step: Hashable, Sendable {
    /// An address fails too often; the last failure was `age` ago.
    case attack(host: Int, jail: Int, address: Int, age: Int64, increased: Bool)
    case personBans(host: Int, jail: Int, address: Int)
    /// - Parameter jail: nil: the cluster's own.
    case personUnbans(host: Int, jail: Int?, address: Int)
    case setBantime(host: Int, jail: Int, seconds: Int64)
    /// The lines of a stop, and the restored bans, come so far apart.
    case restartJail(host: Int, jail: Int, spacing: Int64, down: Int64)
    case restartServer(host: Int, spacing: Int64, down: Int64)
    /// Every question and instruction takes so much longer.
    case slowAnswers(host: Int, delay: Int64, length: Int64)
    case unclearAnswers(host: Int, length: Int64)
    case rotate(host: Int, keepsOld: Bool)
    case kill(DaemonName, KillPoint, down: Int64)
    case stall(DaemonName, length: Int64)
    case fillDisk(DaemonName, length: Int64)
    /// Between a host and a hub; silent: nobody is told.
    case cut(host: Int, hub: Int, silent: Bool, length: Int64)
    /// Messages between a host and a hub are lost, doubled, late and overtaken.
    case roughSea(host: Int, hub: Int, length: Int64)
    case clock(host: Int, by: Int64)
    case clockRight(host: Int)
    /// The administrator gives the monitor another bantime, and restarts it.
    case configure(host: Int, bantime: Int64)
    /// An administrator on this host tells a hub that nobody may ban it.
    case allow(host: Int, hub: Int, Allowed, length: Int64)
    /// And takes back what anybody said of that.
    case disallow(hub: Int, Allowed)
}

/// What administrators allow.
enum Allowed: Hashable, Sendable {
    case address(Int)
    /// A network that has some of the addresses in it, and others not.
    case network
}

/// A step and when it is done.
struct TimedStep<What: Hashable & Sendable & CustomStringConvertible>: Hashable, Sendable, CustomStringConvertible {
    /// In microseconds since the world began.
    var time: Int64
    var step: What

    var description: String { "\(seconds(time)): \(step)" }
}

extension Step: CustomStringConvertible {
    var description: String {
        switch self {
        case .attack(let host, let jail, let address, let age, let increased):
            "h\(host): \(World.address(address)) attacks \(World.jail(jail)), last failure \(seconds(age)) ago"
                + (increased ? ", and its ban is increased" : "")
        case .personBans(let host, let jail, let address):
            "h\(host): a person bans \(World.address(address)) in \(World.jail(jail))"
        case .personUnbans(let host, let jail, let address):
            "h\(host): a person unbans \(World.address(address)) in \(jail.map(World.jail) ?? World.own)"
        case .setBantime(let host, let jail, let length): "h\(host): bantime of \(World.jail(jail)) is \(length) s now"
        case .restartJail(let host, let jail, let spacing, let down):
            "h\(host): \(World.jail(jail)) is restarted, \(seconds(spacing)) a ban, down for \(seconds(down))"
        case .restartServer(let host, let spacing, let down):
            "h\(host): fail2ban is restarted, \(seconds(spacing)) a ban, down for \(seconds(down))"
        case .slowAnswers(let host, let delay, let length):
            "h\(host): fail2ban takes \(seconds(delay)) longer to answer, for \(seconds(length))"
        case .unclearAnswers(let host, let length): "h\(host): fail2ban's answers are lost, for \(seconds(length))"
        case .rotate(let host, let keepsOld): "h\(host): the log is rotated" + (keepsOld ? "" : " away")
        case .kill(let daemon, let point, let down):
            "\(daemon) is killed \(point.rawValue), down for \(seconds(down))"
        case .stall(let daemon, let length): "\(daemon) stands still for \(seconds(length))"
        case .fillDisk(let daemon, let length): "the disk of \(daemon) is full for \(seconds(length))"
        case .cut(let host, let hub, let silent, let length):
            "h\(host) and hub \(hub) are cut off from each other\(silent ? " in silence" : "") for \(seconds(length))"
        case .roughSea(let host, let hub, let length):
            "messages between h\(host) and hub \(hub) go astray for \(seconds(length))"
        case .clock(let host, let by): "h\(host): the clock jumps by \(by < 0 ? "-" : "")\(seconds(abs(by)))"
        case .clockRight(let host): "h\(host): the clock is set right"
        case .configure(let host, let bantime): "h\(host): the monitor is restarted with a bantime of \(bantime) s"
        case .allow(let host, let hub, let allowed, let length):
            "h\(host): \(World.address(allowed)) is allowed at hub \(hub) for \(seconds(length))"
        case .disallow(let hub, let allowed): "\(World.address(allowed)) is not allowed any more, says hub \(hub)"
        }
    }
}
