internal import BanModel
internal import ClusterCore
internal import DaemonKit
internal import HubClient
internal import Logging

/// The machine's notes, for the administrator.
extension MonitorLoop {
    mutating func say(_ note: Monitor.Note, isOfStorm: Bool) {
        switch note {
        case .reported(let subject, let until):
            logger.log(
                level: isOfStorm ? .debug : .info, "ban",
                metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)", "until": "\(until)"])
        case .lifted(let subject):
            logger.info("lifted", metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .ended(let subject):
            logger.info("ended", metadata: ["jail": "\(subject.jail)", "address": "\(subject.address)"])
        case .neverBanned(let address, let reason):
            complaints.say(
                "never", "not reported: it may not be banned", ["address": "\(address)", "reason": "\(reason)"])
        case .refusedForGood(let subject, let reason):
            logger.warning(
                "the hub refuses this report for good, and takes those behind it",
                metadata: [
                    "jail": "\(subject.jail)", "address": "\(subject.address)",
                    "reason": "\(reason ?? "the hub's log says it")",
                ])
        case .refusedForNow(let reason):
            complaints.say(
                "everything", "the hub takes nothing now: everything is kept and tried again",
                ["hub": "\(hubs.endpoint ?? "")", "reason": "\(reason ?? "is authtoken right?")"])
        case .clockDiffers(let difference):
            let seconds = Double(difference.components.seconds) + Double(difference.components.attoseconds) / 1e18
            logger.warning(
                "the hub's clock differs from this host's: ends are told in the hub's time",
                metadata: ["seconds": "\(seconds)"])
        case .hubClockUnset:
            complaints.say("clock", "the hub's clock was never set: ends are told in this host's time; set it right")
        case .toldAgain(let count):
            logger.notice(
                "the hub does not hold what it took before: it is told again", metadata: ["reports": "\(count)"])
        case .renewed(let count):
            logger.info("bans of longer than maxbantime are told anew", metadata: ["reports": "\(count)"])
        case .cannotAsk(let reason):
            logger.warning(
                "fail2ban cannot be asked: an early unban counts after a minute without a sign of a stop",
                metadata: ["reason": "\(reason)"])
        case .noAnswer(let question, let reason):
            complaints.say("fail2ban", "fail2ban does not answer", ["question": "\(question)", "reason": "\(reason)"])
        case .jailRestarted(let jail):
            logger.info("a jail was restarted", metadata: ["jail": "\(jail)"])
        }
    }
}
