import Foundation

/// This package, as SwiftPM reads it.
enum PackageOnDisk {
    struct Failure: Error { let text: String }

    private struct Manifest: Decodable {
        struct Target: Decodable {
            let name: String
            let type: String
            /// `{"byName": [name, …]}`, `{"product": [name, package, …]}`, `{"target": [name, …]}`
            let dependencies: [[String: [Value]]]
            let path: String?
        }
        /// Names are all that counts; the rest, conditions and nulls, is passed over.
        struct Value: Decodable {
            let text: String?
            init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
        }
        let targets: [Target]
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every target under Sources: what only tests use stands beside them.
    static func rooms() throws -> [Room] {
        let manifest = try JSONDecoder().decode(Manifest.self, from: dump())
        return try manifest.targets.filter { $0.type != "test" }.compactMap { target in
            let folder = target.path ?? "Sources/\(target.name)"
            guard folder.hasPrefix("Sources/") else { return nil }
            return Room(
                name: target.name,
                dependencies: target.dependencies.flatMap { $0.values.compactMap { $0.first?.text } },
                imports: try imports(under: folder))
        }
    }

    private static func imports(under folder: String) throws -> [Room.Import] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
        return try names.filter { $0.hasSuffix(".swift") }.sorted().flatMap { name in
            let text = try String(contentsOf: root.appending(path: "\(folder)/\(name)"), encoding: .utf8)
            return Room.imports(in: text, of: "\(folder)/\(name)")
        }
    }

    /// Reads the manifest alone; with a scratch path of its own it does not wait for the build that runs this test.
    private static func dump() throws -> Data {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "architecture-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path, "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(text: "swift package dump-package: status \(process.terminationStatus)")
        }
        return data
    }
}
