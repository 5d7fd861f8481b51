internal import BanModel
internal import ClusterCore
internal import DaemonKit
internal import Fail2Ban
internal import LinuxSystem
internal import Logging

/// What fail2ban's action writes.
extension MonitorLoop {
    /// It is there or not: who has not installed the action has no spool.
    mutating func beginSpool() {
        if case .gap = spool.begin(at: machine.spoolPosition) {
            logger.warning("the spool does not hold the place where it was left: fail2ban is asked for what was missed")
        }
    }

    mutating func readSpool() {
        guard machine.wantsLines else { return }
        let now = wall()
        let monotonic = SystemClock.monotonic()
        var effects: [Monitor.Effect] = []
        var refusals: [String] = []
        spool.read(at: monotonic) { line in
            switch line {
            case .ban(let ban): effects += machine.read(ban, at: now)
            case .refused(let reason): refusals.append(reason)
            case .empty: break
            }
        }
        if let trouble = spool.trouble {
            complaints.say("spool", "the spool cannot be read: it is tried again", ["error": "\(trouble)"])
        }
        if spool.takeGap() {
            logger.warning("the spool was cut off: fail2ban is asked for what was missed")
            effects += machine.start(at: now)
        }
        for reason in refusals {
            complaints.say("spool line", "a line of the spool was passed over", ["reason": "\(reason)"])
        }
        carryOut(effects)
        noteReachedInSpool(at: now)
        do throws(SystemError) {
            try spool.rotate(done: machine.spoolPosition, at: monotonic)
        } catch {
            complaints.say("spool", "the spool is long, and cannot be renamed", ["error": "\(error)"])
        }
    }

    mutating func noteReachedInSpool(at now: Timestamp) {
        guard let reached = spool.position, reached != reachedInSpool else { return }
        reachedInSpool = reached
        carryOut(machine.reachedInSpool(reached, at: now))
    }
}
