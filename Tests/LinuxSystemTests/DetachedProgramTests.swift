import Foundation
import Testing

@testable import LinuxSystem

@Suite(.timeLimit(.minutes(10))) struct DetachedProgramTests {
    private static func shell(_ script: String) throws -> DetachedProgram.Beginning {
        try DetachedProgram("/bin/sh", ["-c", script]).begin(within: .seconds(60))
    }

    @Test func `a program that says it is ready leads its own session in the root folder`() throws {
        let folder = try TemporaryFolder()
        let file = folder.file("seen")
        let script = """
            set -- $(cat /proc/$$/stat); echo "$1 $6" > \(file); pwd >> \(file)
            streams=$(readlink /proc/$$/fd/0 /proc/$$/fd/1); echo "$streams" >> \(file)
            printf 'a warning\\n\\000' >&2
            """
        let program = try DetachedProgram("/bin/sh", ["-c", script])
        #expect(try program.begin(within: .seconds(60)) == .ready)
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        let numbers = lines[0].split(separator: " ")
        #expect(numbers == ["\(program.process)", "\(program.process)"])
        #expect(lines.dropFirst() == ["/", "/dev/null", "/dev/null"])
        program.kill()
    }

    @Test(
        arguments: [
            ("echo why >&2; exit 78", 78, "why\n"), ("exit 0", 0, ""), ("kill -9 $$", 128 + 9, ""),
        ] as [(String, Int32, String)])
    func `one that ends instead leaves its status and what it said`(script: String, status: Int32, text: String) throws
    {
        #expect(try Self.shell(script) == .ended(status: status, text: text))
    }

    @Test func `one that says more than anybody reads is still heard to its end`() throws {
        guard case .ended(status: 3, let text) = try Self.shell("yes | head -c 1000000 >&2; exit 3") else {
            Issue.record("it ended with 3")
            return
        }
        #expect(text.utf8.count == 65_536)
    }

    @Test func `one that says nothing is waited for no longer than the limit`() throws {
        let program = try DetachedProgram("/bin/sh", ["-c", "echo slow >&2; exec sleep 600"])
        #expect(try program.begin(within: .milliseconds(300)) == .silent(text: "slow\n"))
        program.kill()
        #expect(kill(program.process, 0) == -1)
    }

    @Test func `a program that is missing is told`() throws {
        #expect(throws: SystemError.self) { _ = try DetachedProgram("/nonexistent", []).process }
    }
}

@Suite(.timeLimit(.minutes(10))) struct OtherProcessTests {
    @Test func `a process is ended, and is waited for no longer than the limit`() throws {
        let program = try DetachedProgram("/bin/sleep", ["600"])
        defer { program.kill() }
        guard let other = try OtherProcess(program.process) else {
            Issue.record("there is such a process")
            return
        }
        #expect(try other.ends(within: .milliseconds(100)) == false)
        try other.terminate()
        #expect(try other.ends(within: .seconds(60)))
        try other.terminate()
    }

    @Test func `a number that nobody has is nobody`() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        for number in [process.processIdentifier, -1] {
            // What cannot be copied cannot be compared.
            let isSomebody = if try OtherProcess(number) != nil { true } else { false }
            #expect(!isSomebody)
        }
    }
}
