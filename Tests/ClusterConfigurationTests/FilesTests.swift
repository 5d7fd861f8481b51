import BanModel
import ClusterConfiguration
import Foundation
import Testing

@Suite struct FilesTests {
    private static let fixtures = Bundle.module.resourceURL!.appendingPathComponent("Fixtures")
    private static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("fail2ban-cluster.conf")

    private static var names: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []
        return all.filter { $0.hasSuffix(".conf") }.map { String($0.dropLast(5)) }.sorted()
    }

    @Test func `there are fixtures`() {
        #expect(Self.names.count >= 4)
    }

    @Test(arguments: names)
    func `a file's faults and warnings are the expected ones`(name: String) throws {
        let bytes = try Data(contentsOf: Self.fixtures.appendingPathComponent(name + ".conf"))
        let expected = try String(
            contentsOf: Self.fixtures.appendingPathComponent(name + ".expected"), encoding: .utf8)
        var said: [String]
        do throws(ConfigurationError) {
            let file = ConfigurationFile(name: name + ".conf", bytes: Array(bytes))
            said = try Configuration.parse([file], machineName: "box").warnings.map { "warning: \($0)" }
        } catch {
            said = error.faults.map(\.description)
        }
        #expect(said.map { $0 + "\n" }.joined() == expected)
    }

    private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try body(folder.path)
    }

    @Test func `files of the folder beside it are read after the main file, in the order of their names`() throws {
        try withFolder([
            "fail2ban-cluster.conf": "[general]\nhostname = main\ncluster = main\nloglevel = debug",
            "fail2ban-cluster.d/20.conf": "[general]\nhostname = twenty",
            "fail2ban-cluster.d/10.conf": "[general]\nhostname = ten\ncluster = ten",
            "fail2ban-cluster.d/30.conf.dpkg-old": "[general]\nhostname = thirty",
            "fail2ban-cluster.d/.40.conf": "[general]\nhostname = forty",
        ]) { folder in
            let configuration = try Configuration.load(path: folder + "/fail2ban-cluster.conf")
            #expect(configuration.path == folder + "/fail2ban-cluster.conf")
            #expect(configuration.general.hostname == Host("twenty"))
            #expect(configuration.general.cluster == "ten")
            #expect(configuration.general.logLevel == .debug)
        }
    }

    @Test func `a file that cannot be read is a fault among the others`() throws {
        try withFolder([
            "fail2ban-cluster.conf": "[general]\nhostname = main\nloglevel = loud",
            "fail2ban-cluster.d/10.conf/file": "a folder that is called like a file",
        ]) { folder in
            let error = try #require(throws: ConfigurationError.self) {
                try Configuration.load(path: folder + "/fail2ban-cluster.conf")
            }
            #expect(error.faults.map(\.reason).contains("Is a directory"))
            #expect(error.faults.map(\.key) == ["loglevel", nil])
        }
    }

    @Test func `without the main file there is one fault`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration.load(path: "/nonexistent/a.conf")
        }
        #expect(error.description == "/nonexistent/a.conf: No such file or directory")
    }

    @Test func `a machine's own name is its host's`() throws {
        try withFolder(["a.conf": "[monitor]\nzmqreplyserver = tcp://hub:1"]) { folder in
            let name = try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
            let configuration = try Configuration.load(path: folder + "/a.conf")
            #expect(configuration.general.hostname.name == name.trimmingCharacters(in: .newlines))
        }
    }

    @Test func `the shipped file has no fault and no warning, and shows the defaults`() throws {
        let text = try String(contentsOf: Self.shipped, encoding: .utf8)
        let asShipped = try Configuration.load(path: Self.shipped.path)
        #expect(asShipped.warnings == [])
        // What is an example, not a default: it differs from what holds where the key is not set.
        let examples: Set = [
            "hostname", "cluster", "fail2bansocket", "authtoken", "logfile", "pidfile", "database", "keyfile",
            "serverkey",
        ]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func isShownKey(_ line: Substring) -> Bool { line.hasPrefix("#") && line.dropFirst().first?.isLetter == true }
        let shown = lines.filter(isShownKey)
        #expect(shown.count > 15)
        let withDefaults = lines.map { line in
            let key = line.dropFirst().prefix { $0.isLetter || $0.isNumber }
            return isShownKey(line) && !examples.contains(String(key)) ? line.dropFirst() : line
        }.joined(separator: "\n")
        let defaults = try parse(withDefaults)
        let plain = try parse(text)
        #expect(defaults.general == plain.general)
        #expect(defaults.monitor == plain.monitor)
        #expect(defaults.publisher == plain.publisher)
        #expect(defaults.subscriber == plain.subscriber)
        #expect(defaults.warnings == [])
        // Every key that is shown, examples too, is one that the reader knows and takes.
        let everything = try parse(lines.map { isShownKey($0) ? $0.dropFirst() : $0 }.joined(separator: "\n"))
        #expect(everything.warnings == [])
        #expect(everything.general.cluster != nil)
        #expect(everything.general.socket != nil)
        #expect(everything.subscriber?.logFile != nil)
    }
}
