import Foundation
import LinuxSystem
import OwnThread
import Testing

/// The compiler, not a reviewer, keeps a socket on its thread: each snippet is shown to it with the built modules.
@Suite(.serialized, .timeLimit(.minutes(10))) struct OwnershipTests {
    private static let inside = """
        try await onOwnThread("other") { () throws(ZMQError) in
            let socket = try Socket(.pair, in: context)
            return socket.kind
        }
        """
    private static let captured = """
        let socket = try Socket(.pair, in: context)
        return try await onOwnThread("other") { () throws(ZMQError) in socket.kind }
        """
    private static let task = """
        let socket = try Socket(.pair, in: context)
        return await Task { @Sendable in socket.kind }.value
        """
    private static let posted = """
        func give<Value: Sendable & ~Copyable>(_ value: borrowing Value) {}
        let socket = try Socket(.pair, in: context)
        give(socket)
        return socket.kind
        """
    private static let copied = """
        let socket = try Socket(.pair, in: context)
        let other = socket
        _ = other.kind
        return socket.kind
        """
    private static let given = posted.replacing("give(socket)", with: "give(socket.kind)")
        .replacing("Sendable & ~Copyable", with: "Sendable")

    @Test(arguments: [
        (captured, "capture of 'socket' with non-Sendable type 'Socket' in a '@Sendable' closure"),
        (task, "capture of 'socket' with non-Sendable type 'Socket' in a '@Sendable' closure"),
        (posted, "conformance of 'Socket' to 'Sendable' is unavailable"), (copied, "'socket' used after consume"),
    ])
    func `a socket does not go to another thread`(body: String, expected: String) async throws {
        let errors = try await errors(of: body)
        #expect(errors.count == 1)
        #expect(errors.first?.contains(expected) == true, "\(errors)")
    }

    // The same snippets but for the one step: so it is that step which is refused above.
    @Test(arguments: [inside, given]) func `a socket that stays, and a value that goes, compile`(body: String)
        async throws
    {
        #expect(try await errors(of: body) == [])
    }

    /// What the compiler says against a function of this body.
    private func errors(of body: String) async throws -> [String] {
        let text = """
            import LinuxSystem
            import OwnThread
            import ZeroMQ
            public func attempt(_ context: Context) async throws -> Socket.Kind {
            \(body)
            }
            """
        let folder = FileManager.default.temporaryDirectory.appending(path: "ownership-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "Snippet.swift").path
        try text.write(toFile: file, atomically: false, encoding: .utf8)

        let result = await runProgramAside(
            "swiftc", try Build.compilerArguments() + [file], timeLimit: .seconds(120), outputLimit: 1 << 20)
        guard case .exited(let status, _, let error) = result else {
            Issue.record("the compiler did not run: \(result)")
            return []
        }
        let lines = String(decoding: error, as: UTF8.self).split(separator: "\n").map(String.init)
        let errors = lines.filter { $0.contains("error: ") && !$0.hasPrefix(" ") }
        #expect((status == 0) == errors.isEmpty, "\(lines)")
        return errors
    }
}

/// Where the build that runs this test put its modules.
private enum Build {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func compilerArguments() throws -> [String] {
        // The test program lies beside them: .build/TRIPLE/debug/NAME.xctest.
        let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let scratch = products.deletingLastPathComponent().deletingLastPathComponent()
        // As SwiftPM names a root package: its folder, in lower case, as a C identifier.
        let package = String(root.lastPathComponent.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
        var arguments = [
            "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-package-name", package,
            "-I", products.appending(path: "Modules").path, "-I", root.appending(path: "Sources/CZeroMQ").path,
        ]
        // The C modules behind LinuxSystem, ours and those of packages.
        var maps = [products.appending(path: "CLinux.build/module.modulemap").path]
        for package in try FileManager.default.contentsOfDirectory(
            at: scratch.appending(path: "checkouts"), includingPropertiesForKeys: nil)
        {
            let sources = package.appending(path: "Sources")
            let targets =
                (try? FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)) ?? []
            maps += targets.map { $0.appending(path: "include/module.modulemap").path }
        }
        for map in maps where FileManager.default.fileExists(atPath: map) {
            arguments += ["-Xcc", "-fmodule-map-file=\(map)"]
        }
        return arguments
    }
}
