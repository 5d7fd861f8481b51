import Foundation
import LinuxSystem
import OwnThread
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct RunProgramTests {
    /// A time that no test comes near.
    private let long = Duration.seconds(120)

    private func shell(_ script: String, timeLimit: Duration, outputLimit: Int = 1000) async -> ProgramResult {
        await runProgramAside("/bin/sh", ["-c", script], timeLimit: timeLimit, outputLimit: outputLimit)
    }

    @Test func `status and both outputs come back`() async {
        let result = await shell("printf out; printf err >&2; exit 3", timeLimit: long)
        #expect(result == .exited(status: 3, output: Array("out".utf8), error: Array("err".utf8)))
    }

    @Test func `arguments go as they are, and there is nothing to read`() async {
        let result = await runProgramAside(
            "printf", ["%s|", "a b", "$HOME", "", "*"], timeLimit: long, outputLimit: 100)
        #expect(result == .exited(status: 0, output: Array("a b|$HOME||*|".utf8), error: []))
        #expect(
            await runProgramAside("cat", [], timeLimit: long, outputLimit: 10)
                == .exited(status: 0, output: [], error: []))
    }

    @Test(arguments: [0, 1, 5_000_000])
    func `what a program is given it reads, however much it is`(count: Int) async {
        let input = [UInt8](repeating: 0x61, count: count)
        let result = await onOwnThread("runs cat") { [long] in
            runProgram("sh", ["-c", "cat /dev/stdin"], input: input, timeLimit: long, outputLimit: 6_000_000)
        }
        #expect(result == .exited(status: 0, output: input, error: []))
    }

    @Test func `our environment goes with the additions on top`() async {
        setenv("RUN_PROGRAM_KEPT", "kept", 1)
        setenv("RUN_PROGRAM_CHANGED", "old", 1)
        let result = await runProgramAside(
            "/bin/sh", ["-c", "printf \"$RUN_PROGRAM_KEPT $RUN_PROGRAM_CHANGED\""],
            environment: ["RUN_PROGRAM_CHANGED": "new"], timeLimit: long, outputLimit: 100)
        #expect(result == .exited(status: 0, output: Array("kept new".utf8), error: []))
    }

    @Test func `only three descriptors go to the program`() async throws {
        // One of ours that somebody forgot to close on exec.
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        let result = await runProgramAside("/bin/ls", ["/proc/self/fd"], timeLimit: long, outputLimit: 100)
        // The fourth is the folder that ls reads.
        #expect(result == .exited(status: 0, output: Array("0\n1\n2\n3\n".utf8), error: []))
    }

    @Test func `a signal that ends it is told`() async {
        #expect(await shell("kill -KILL $$", timeLimit: long) == .signalled(SIGKILL))
    }

    @Test func `a program that does not end is ended at its time, though it ignores SIGTERM`() async {
        #expect(await shell("sleep 100", timeLimit: .milliseconds(100)) == .timedOut)
        let result = await shell("trap '' TERM; while :; do sleep 0.01; done", timeLimit: .milliseconds(100))
        #expect(result == .timedOut)
    }

    @Test func `what a program started in its group is ended with it`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pid")
        let result = await shell("sleep 1000 & echo $! > \(path); wait", timeLimit: .seconds(1))
        #expect(result == .timedOut)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let child = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
        // Its new parent collects it, or nobody does where process 1 does not care: dead it is in both.
        while kill(child, 0) == 0, try !isZombie(child) { try await Task.sleep(for: .milliseconds(5)) }
    }

    private func isZombie(_ process: pid_t) throws -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
        return status.split(separator: ")").last?.hasPrefix(" Z") == true
    }

    @Test(arguments: ["cat /dev/zero", "cat /dev/zero >&2", "trap '' PIPE TERM; cat /dev/zero; sleep 1000"])
    func `a program that writes too much is ended`(script: String) async {
        #expect(await shell(script, timeLimit: long) == .tooMuchOutput)
    }

    @Test func `output up to the bound is whole`() async {
        let bytes = [UInt8](repeating: 0, count: 300_000)
        let script = "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"
        #expect(
            await shell(script, timeLimit: long, outputLimit: 300_000)
                == .exited(status: 0, output: bytes, error: bytes))
        #expect(await shell(script, timeLimit: long, outputLimit: 299_999) == .tooMuchOutput)
    }

    @Test func `a stop ends the program, and comes back only then`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pid")
        let stop = try Wakeup()
        async let result = runProgramAside(
            "/bin/sh", ["-c", "echo $$ > \(path).new; mv \(path).new \(path); exec sleep 1000"], timeLimit: long,
            outputLimit: 10, until: stop)
        while try FileSystem.status(of: path) == nil { try await Task.sleep(for: .milliseconds(5)) }
        stop.signal()
        #expect(await result == .stopped)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let child = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
        #expect(kill(child, 0) == -1 && errno == ESRCH)
    }

    @Test func `signals that we block or ignore are none of the program's business`() async {
        #expect(await shell("kill -TERM $$", timeLimit: long) == .signalled(SIGTERM))
        guard case .exited(0, let output, _) = await shell("grep -E 'Sig(Blk|Ign)' /proc/self/status", timeLimit: long)
        else {
            Issue.record("no status")
            return
        }
        // 32 and 33 are glibc's own.
        let text = String(decoding: output, as: UTF8.self).replacing("0000000180000000", with: "0000000000000000")
        #expect(text == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
    }

    @Test func `what a program leaves behind does not keep us waiting`() async {
        let result = await shell("sleep 1000 & echo done; kill -STOP $! ; exit 0", timeLimit: long)
        #expect(result == .exited(status: 0, output: Array("done\n".utf8), error: []))
    }

    @Test func `a program that is missing or that we may not run is told`() async throws {
        let folder = try TemporaryFolder()
        try FileSystem.writeAtomically(path: folder.file("plain"), bytes: Array("#!/bin/sh\n".utf8), mode: 0o600)
        let missing = await runProgramAside("/none/such", [], timeLimit: long, outputLimit: 10)
        #expect(missing == .cannotStart(SystemError(operation: "run /none/such", code: ENOENT)))
        let unknown = await runProgramAside("no-such-program-here", [], timeLimit: long, outputLimit: 10)
        #expect(unknown == .cannotStart(SystemError(operation: "run no-such-program-here", code: ENOENT)))
        let path = folder.file("plain")
        let refused = await runProgramAside(path, [], timeLimit: long, outputLimit: 10)
        #expect(refused == .cannotStart(SystemError(operation: "run \(path)", code: EACCES)))
    }

    @Test func `two hundred runs leave no descriptor and no zombie, and lose no byte`() async throws {
        func run(_ number: Int) async -> Bool {
            if number % 20 == 0 {
                return await runProgramAside("/none", [], timeLimit: long, outputLimit: 1) != .timedOut
            }
            if number % 20 == 1 { return await shell("cat /dev/zero", timeLimit: long) == .tooMuchOutput }
            if number % 50 == 2 { return await shell("sleep 9", timeLimit: .milliseconds(1)) == .timedOut }
            let text = String(repeating: "x", count: number)
            return await runProgramAside("/bin/echo", [text], timeLimit: long, outputLimit: 1000)
                == .exited(status: 0, output: Array((text + "\n").utf8), error: [])
        }
        // The first run sets up what stays.
        #expect(await run(3))
        let before = try descriptors()
        for number in 0..<200 { #expect(await run(number), "run \(number)") }
        // Other tests run programs meanwhile: theirs go, what we leaked would stay until the time limit.
        while try descriptors() > before || hasZombie() { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Pipes, pidfds and what stands for nothing: those that a run needs.
    private func descriptors() throws -> Int {
        let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let targets = names.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
        return targets.count { $0.hasPrefix("pipe:") || $0 == "/dev/null" || $0.contains("pidfd") }
    }

    /// A child that has ended and that nobody collected; left as it is.
    private func hasZombie() -> Bool {
        var information = siginfo_t()
        return waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0 && information.si_signo == SIGCHLD
    }
}
