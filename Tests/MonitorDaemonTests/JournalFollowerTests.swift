import BanModel
import Fail2Ban
import Foundation
import Glibc
import OwnThread
import Testing

@testable import MonitorDaemon

private let entry = JournalRig.entry

/// Prints `past`, then whatever a test writes into the pipe `coming`.
private let standIn = """
    case "$*" in
    *--follow*) exec cat $D/coming ;;
    *) cat $D/past ;;
    esac
    """

/// Both ends of the pipe `coming`, so that it is never at its end.
private func open(coming rig: borrowing JournalRig) throws -> Int32 {
    try #require(mkfifo(rig.folder + "/coming", 0o600) == 0)
    let descriptor = open(rig.folder + "/coming", O_RDWR | O_CLOEXEC)
    try #require(descriptor >= 0)
    return descriptor
}

private func send(_ text: String, to descriptor: Int32) {
    #expect(text.utf8.count == text.withCString { write(descriptor, $0, strlen($0)) })
}

private func cursor(_ number: Int) -> LogPosition { .journal(JournalCursor("s=a;i=\(number)")!) }

@Suite(.timeLimit(.minutes(10))) struct JournalFollowerTests {
    @Test func `the first start reads what comes from now on`() async throws {
        try await onOwnThread("journal") {
            var rig = try JournalRig(standIn)
            let coming = try open(coming: rig)
            defer { close(coming) }
            try rig.write("", to: "past")
            #expect(rig.follower.begin(at: nil, now: JournalRig.now) == .atEnd)
            #expect(rig.state().position == nil)
            rig.look { $0.state().isAtEnd }
            #expect(rig.read == [])
            send(entry(1, nil) + entry(2, nil), to: coming)
            rig.look { $0.read.count == 2 }
            #expect(rig.read == ["192.0.2.1", "192.0.2.2"])
            #expect(rig.state().position == cursor(2))
            #expect(rig.gaps == 0)
            #expect(rig.calls.count == 2)
            for call in rig.calls {
                #expect(call.contains("--since=@1795226400.000042"))
                #expect(call.suffix(2) == ["_UID=0", "_SYSTEMD_UNIT=fail2ban.service"])
                #expect(call.contains("--no-tail"))
            }
        }
    }

    @Test func `it goes on behind the last entry, which is read once`() async throws {
        try await onOwnThread("journal") {
            var rig = try JournalRig(standIn)
            let coming = try open(coming: rig)
            defer { close(coming) }
            try rig.write(entry(5, nil) + entry(6, nil), to: "past")
            #expect(rig.follower.begin(at: cursor(5), now: JournalRig.now) == .resumed)
            rig.look { $0.state().isAtEnd }
            #expect(rig.read == ["192.0.2.6"])
            // The one that follows begins with the last of the one before.
            send(entry(6, nil) + entry(7, nil), to: coming)
            rig.look { $0.read.count == 2 }
            #expect(rig.read == ["192.0.2.6", "192.0.2.7"])
            #expect(rig.gaps == 0)
            #expect(rig.calls.map { $0.contains("--cursor=s=a;i=5") } == [true, false])
            #expect(rig.calls.map { $0.contains("--cursor=s=a;i=6") } == [false, true])
            try rig.write(entry(7, nil), to: "past")
            #expect(rig.restart() == .resumed)
            rig.look { $0.state().isAtEnd }
            #expect(rig.read == [])
            #expect(rig.state().position == cursor(7))
            #expect(rig.gaps == 0)
        }
    }

    @Test(arguments: [[8, 9], []])
    func `an entry that the journal no longer has is a gap, and nothing else is lost`(left: [Int]) async throws {
        try await onOwnThread("journal") {
            var rig = try JournalRig(standIn)
            let coming = try open(coming: rig)
            defer { close(coming) }
            try rig.write(left.map { entry($0, nil) }.joined(), to: "past")
            #expect(rig.follower.begin(at: cursor(5), now: JournalRig.now) == .resumed)
            rig.look { $0.state().isAtEnd }
            #expect(rig.read == left.map { "192.0.2.\($0)" })
            #expect(rig.gaps == 1)
            send((left.last.map { entry($0, nil) } ?? "") + entry(10, nil), to: coming)
            rig.look { $0.read.last == "192.0.2.10" }
            #expect(rig.read.count == left.count + 1)
            #expect(rig.gaps == 1)
        }
    }

    @Test func `nothing counts as read to its end before journalctl has ended`() async throws {
        try await onOwnThread("journal") {
            var rig = try JournalRig("case \"$*\" in *--follow*) exec cat $D/coming ;; *) cat $D/past ;; esac")
            let coming = try open(coming: rig)
            defer { close(coming) }
            try #require(mkfifo(rig.folder + "/past", 0o600) == 0)
            _ = rig.follower.begin(at: cursor(1), now: JournalRig.now)
            rig.look()
            #expect(!rig.state().isAtEnd)
            #expect(!rig.state().hasMore)
            #expect(rig.state().retry == nil)
            let past = open(rig.folder + "/past", O_WRONLY)
            send(entry(1, nil) + entry(2, nil), to: past)
            rig.look { $0.read.count == 1 }
            #expect(!rig.state().isAtEnd)
            close(past)
            rig.look { $0.state().isAtEnd }
            while rig.calls.count < 2 { sched_yield() }  // until the one that follows has begun
        }
    }

    @Test func `what is no entry, too long or without a text is refused, and nothing else is lost`() async throws {
        try await onOwnThread("journal") {
            var rig = try JournalRig(standIn)
            let coming = try open(coming: rig)
            defer { close(coming) }
            let long = String(repeating: "x", count: JournalFollower.longestLine)
            try rig.write(
                "-- Boot --\n" + entry(1, nil) + entry(2, "null") + entry(3, "[91,233]") + entry(4, #"["a","b"]"#)
                    + "{\(long)}\n"
                    + entry(5, nil), to: "past")
            _ = rig.follower.begin(at: nil, now: JournalRig.now)
            rig.look { $0.state().isAtEnd }
            #expect(
                rig.read == [
                    #"refused not an entry of the journal: "-- Boot --""#, "192.0.2.1",
                    "refused an entry of the journal that is too long", #"refused not UTF-8: "[\xE9""#,
                    "refused an entry of the journal with several messages",
                    "refused an entry of the journal of more than 262144 bytes", "192.0.2.5",
                ])
            #expect(rig.state().position == cursor(5))
        }
    }

    @Test func `a journalctl that is missing is said, and tried again after growing pauses`() {
        var follower = JournalFollower(programName: "/no/such/journalctl")
        _ = follower.begin(at: nil, now: JournalRig.now)
        var monotonic: Int64 = 5_000_000
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] as [Int64] {
            follower.read(at: monotonic, wall: JournalRig.now) { _ in }
            let state = follower.state(at: monotonic)
            #expect(state.trouble?.contains("/no/such/journalctl") == true)
            #expect(state.trouble?.contains("is systemd's journalctl installed?") == true)
            #expect(state.retry == .seconds(pause))
            // So that ends are not put off for ever.
            #expect(state.isAtEnd)
            #expect(!state.hasMore)
            follower.read(at: monotonic + pause * 1_000_000 - 1, wall: JournalRig.now) { _ in }
            #expect(follower.state(at: monotonic).retry == .seconds(pause))
            monotonic += pause * 1_000_000
        }
    }

    @Test func `a journalctl that fails says why, and nothing is missed by its end`() async throws {
        try await onOwnThread("journal") {
            var rig = try JournalRig(
                """
                case "$*" in
                *--follow*) printf '%s' "$(cat $D/half)"; exit 1 ;;
                *) cat $D/past; cat $D/error >&2; exit $(cat $D/status) ;;
                esac
                """)
            try rig.write("No journal for you.\nNone.\n", to: "error")
            try rig.write("1", to: "status")
            try rig.write("", to: "past")
            _ = rig.follower.begin(at: nil, now: JournalRig.now)
            rig.look { $0.state().trouble != nil }
            #expect(
                rig.state().trouble?.hasSuffix("/journalctl ended with status 1: No journal for you. / None.") == true)
            #expect(rig.state().retry == .seconds(1))
            // It works, and the one that follows dies in the middle of an entry.
            try rig.write("", to: "error")
            try rig.write("0", to: "status")
            try rig.write(entry(1, nil), to: "past")
            try rig.write(entry(1, nil) + entry(2, nil) + String(entry(3, nil).dropLast(30)), to: "half")
            rig.monotonic += 1_000_000
            rig.look { $0.read.count == 2 && $0.state().retry != nil }
            #expect(rig.read == ["192.0.2.1", "192.0.2.2"])
            #expect(rig.state().retry == .seconds(2))
            // The next begins with the last whole entry.
            try rig.write(entry(2, nil) + entry(3, nil), to: "past")
            try rig.write("", to: "half")
            rig.monotonic += 2_000_000
            rig.look { $0.read.count == 3 && $0.state().retry != nil }
            #expect(rig.read == ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
            #expect(rig.calls.last?.contains("--cursor=s=a;i=3") == true)
            #expect(rig.state().retry == .seconds(4))
            #expect(rig.gaps == 0)
        }
    }

    @Test func `a place in a file is found in no journal`() {
        var follower = JournalFollower(programName: "/no/such/journalctl")
        let position = LogPosition(device: 1, inode: 2, offset: 3, headLength: 3, headSum: 4, tailSum: 5)
        #expect(follower.begin(at: position, now: JournalRig.now) == .gap)
    }
}
