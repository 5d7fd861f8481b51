import BanModel
import ClusterCore
import Testing

/// fail2ban 1.1.1 where the log has no marks of start and stop: `Repeal Ban`, and `Restore Ban`.
@Suite struct RepealTests {
    @Test func `a second stop is one too, and what it repeals is not lifted before it is restored`() {
        var rig = MonitorRig()
        rig.monitor = Monitor(settings: MonitorRig.settings)
        rig.carryOut(rig.monitor.start(at: .at(0)))
        let (one, two) = (address("198.51.100.1"), address("198.51.100.2"))
        func read(_ event: LogRecord.JailEvent, _ seconds: Double) {
            rig.carryOut(rig.monitor.read(LogRecord(time: .at(seconds), event: .jail(sshd, event)), at: .at(seconds)))
        }
        func list(_ listed: Set<Address>, total: Int, _ seconds: Double) {
            // What was unbanned early makes it ask.
            read(.unbanned(two), seconds)
            rig.carryOut(
                rig.monitor.answered(
                    .status(sshd), with: .status(banned: listed, total: total), isLogRead: true, at: .at(seconds + 0.1))
            )
        }
        read(.banned(one), 1)
        read(.banned(two), 1)
        for begin in [100.0, 200, 300] {
            for each in [one, two] { read(.repealed(each), begin) }
            read(.restored(one), begin + 10)
            for seconds in [11.0, 13, 15] { list([one], total: 2, begin + seconds) }
            read(.restored(two), begin + 20)
            list([one, two], total: 2, begin + 21)
        }
        #expect(!rig.notes.contains(.lifted(ssh("198.51.100.2"))))
    }
}
