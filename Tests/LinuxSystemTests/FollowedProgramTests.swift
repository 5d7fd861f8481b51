import Foundation
import Glibc
import OwnThread
import Testing

@testable import LinuxSystem

/// Waits until the program has something to tell, and reads it.
private func next(_ program: inout FollowedProgram) -> FollowedProgram.Output {
    while true {
        let output = program.read()
        if output != .nothing { return output }
        var watched = program.fileDescriptors().map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&watched, nfds_t(watched.count), -1)
    }
}

private func allOutput(_ program: inout FollowedProgram) -> (text: String, ending: FollowedProgram.Ending) {
    var bytes: [UInt8] = []
    while true {
        switch next(&program) {
        case .bytes(let more): bytes += more
        case .nothing: break
        case .ended(let ending): return (String(decoding: bytes, as: UTF8.self), ending)
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct FollowedProgramTests {
    @Test func `what it writes is read as it comes`() async throws {
        let folder = try TemporaryFolder()
        let gate = folder.path + "/gate"
        try #require(mkfifo(gate, 0o600) == 0)
        try await onOwnThread("follow") {
            var program = try FollowedProgram(starting: "/bin/sh", ["-c", "echo one; read x < '\(gate)'; echo two"])
            #expect(next(&program) == .bytes(Array("one\n".utf8)))
            #expect(program.read() == .nothing)
            try Data("go\n".utf8).write(to: URL(fileURLWithPath: gate), options: [])
            let (text, ending) = allOutput(&program)
            #expect(text == "two\n")
            #expect(ending == .exited(status: 0))
        }
    }

    @Test func `everything is read before the end, and the end is told again`() async throws {
        try await onOwnThread("follow") {
            var program = try FollowedProgram(
                starting: "/bin/sh", ["-c", "head -c 300000 /dev/zero | tr '\\0' x; echo oh >&2; exit 3"])
            let (text, ending) = allOutput(&program)
            #expect(text.utf8.count == 300_000)
            #expect(ending == .exited(status: 3))
            #expect(program.read() == .ended(.exited(status: 3)))
            #expect(program.complaint() == Array("oh\n".utf8))
            #expect(program.fileDescriptors().isEmpty)
        }
    }

    @Test func `an output that is closed before the end is not polled for ever`() async throws {
        let folder = try TemporaryFolder()
        let gate = folder.path + "/gate"
        try #require(mkfifo(gate, 0o600) == 0)
        try await onOwnThread("follow") {
            var program = try FollowedProgram(
                starting: "/bin/sh", ["-c", "echo x; exec >&- 2>&-; read x < '\(gate)'; exit 4"])
            #expect(next(&program) == .bytes(Array("x\n".utf8)))
            while program.fileDescriptors().count > 1 { #expect(program.read() == .nothing) }
            try Data("go\n".utf8).write(to: URL(fileURLWithPath: gate), options: [])
            #expect(allOutput(&program).ending == .exited(status: 4))
        }
    }

    @Test func `its complaints are bounded and do not hold it up`() async throws {
        try await onOwnThread("follow") {
            var program = try FollowedProgram(
                starting: "/bin/sh", ["-c", "head -c 300000 /dev/zero | tr '\\0' e >&2; echo done"])
            #expect(allOutput(&program).text == "done\n")
            #expect(program.complaint().count == 1000)
        }
    }

    @Test func `it ends with the value, and so does what it started`() async throws {
        let children = try await onOwnThread("follow") {
            var program = try FollowedProgram(starting: "/bin/sh", ["-c", "sleep 1000 & echo $$ $!; wait"])
            guard case .bytes(let bytes) = next(&program) else { return [Int32]() }
            return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        }
        try #require(children.count == 2)
        #expect(kill(children[0], 0) != 0)
        // The other one is init's to collect: until then it is a zombie at most.
        while let state = try? String(contentsOfFile: "/proc/\(children[1])/stat", encoding: .utf8),
            !state.contains(" Z "), !state.contains(" X ")
        {
            await Task.yield()
        }
    }

    @Test func `one that is killed says so`() async throws {
        try await onOwnThread("follow") {
            var program = try FollowedProgram(starting: "/bin/sh", ["-c", "kill -9 $$"])
            #expect(allOutput(&program).ending == .signalled(SIGKILL))
        }
    }

    @Test func `a program that is not there cannot be started`() {
        let error = #expect(throws: SystemError.self) { _ = try FollowedProgram(starting: "no-such-program") }
        #expect(error?.isMissing == true)
    }

    @Test func `it has none of our descriptors, and what it is told of the environment`() async throws {
        try await onOwnThread("follow") {
            var program = try FollowedProgram(
                starting: "/bin/sh", ["-c", "echo $SAID; ls /proc/self/fd | tr '\\n' ' '"], environment: ["SAID": "yes"]
            )
            #expect(allOutput(&program).text == "yes\n0 1 2 3 ")
        }
    }
}
