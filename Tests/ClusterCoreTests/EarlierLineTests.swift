import BanModel
import ClusterCore
import Testing

/// Lines that were written before the monitor began to read: what happened to the jail since then, nobody told it.
@Suite struct EarlierLineTests {
    @Test func `a ban read from before the start is not lifted while its jail may still be restoring it`() {
        var rig = MonitorRig()
        rig.monitor = Monitor(settings: MonitorRig.settings)
        rig.carryOut(rig.monitor.start(at: .at(20)))
        rig.now = .at(20)
        // Written ten seconds before the start; the jail was restarted in between, without a mark.
        rig.carryOut(
            rig.monitor.read(
                LogRecord(time: .at(10), event: .jail(sshd, .banned(address("198.51.100.1")))), at: .at(20)))
        for (asked, answered) in [(20.0, 20.1), (22, 22.1), (24, 24.1)] {
            rig.carryOut(rig.monitor.advance(to: .at(asked)))
            rig.carryOut(
                rig.monitor.answered(
                    .status(sshd), with: .status(banned: [], total: 1), isLogRead: true, at: .at(answered)))
        }
        #expect(!rig.notes.contains(.lifted(ssh("198.51.100.1"))))
    }
}
