import Foundation

/// A folder like /etc/fail2ban, with fail2ban's own filters and actions and what this project ships.
struct Fail2BanHome {
    let folder: URL

    struct ServerEnded: Error { let output: String }

    private static let installed = URL(fileURLWithPath: "/etc/fail2ban")
    static let isInstalled =
        Tool.exists("fail2ban-server", "fail2ban-client", "fail2ban-regex")
        && FileManager.default.fileExists(atPath: installed.appendingPathComponent("jail.conf").path)

    private var socket: String { folder.appendingPathComponent("s").path }
    private var log: String { folder.appendingPathComponent("fail2ban.log").path }

    init(in folder: URL) throws {
        self.folder = folder
        let all = try FileManager.default.contentsOfDirectory(atPath: Self.installed.path)
        // Not jail.d: what this machine protects is not the test's business.
        for name in all where ["jail.conf", "filter.d", "action.d"].contains(name) || name.hasPrefix("paths-") {
            try FileManager.default.copyItem(
                at: Self.installed.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
        for name in ["fail2ban-cluster.conf", "recidive.local"] {
            let file = folder.appendingPathComponent("filter.d/\(name)")
            try? FileManager.default.removeItem(at: file)
            try Tool.write(Tool.read("fail2ban/filter.d/\(name)"), to: file)
        }
        try Tool.write(
            Tool.read("fail2ban/action.d/fail2ban-cluster.conf"),
            to: folder.appendingPathComponent("action.d/fail2ban-cluster.conf"))
        try Tool.write(
            """
            [Definition]
            loglevel = INFO
            logtarget = \(log)
            syslogsocket = auto
            socket = \(socket)
            pidfile = \(folder.path)/pid
            dbfile = None
            dbpurgeage = 1d
            allowipv6 = auto
            """, to: folder.appendingPathComponent("fail2ban.conf"))
        // Nothing here may reach this machine's firewall.
        try Tool.write(
            "[DEFAULT]\nbanaction = nothing\nbanaction_allports = nothing\n",
            to: folder.appendingPathComponent("jail.local"))
        try Tool.write("[Definition]\nactionban = true\n", to: folder.appendingPathComponent("action.d/nothing.conf"))
    }

    /// The lines of a log that a filter takes.
    func lines(_ log: String, matching filter: String) throws -> [String] {
        let file = folder.appendingPathComponent("test.log")
        try Tool.write(log, to: file)
        let result = try Tool.run(
            "fail2ban-regex", "--config", folder.path, "--print-all-matched", file.path, filter)
        let report = result.output.components(separatedBy: "|- Matched line(s):\n").dropFirst().first ?? ""
        return report.components(separatedBy: "`-").first.map { matched in
            matched.split(separator: "\n").map { $0.dropFirst().drop { $0 == " " } }.map(String.init)
        } ?? []
    }

    func client(_ arguments: String) throws -> Tool.Result {
        try Tool.run("sh", "-c", "exec fail2ban-client -s \(socket) \(arguments)")
    }

    /// Runs a server with one jail while `body` runs.
    func withServer(jail: String, _ body: () async throws -> Void) async throws {
        try Tool.write(jail, to: folder.appendingPathComponent("jail.d/fail2bancluster.conf"))
        let server = Process()
        server.executableURL = Tool.path(of: "fail2ban-server").map(URL.init(fileURLWithPath:))
        server.arguments = ["-c", folder.path, "-s", socket, "-p", folder.path + "/pid", "-f", "start"]
        let output = folder.appendingPathComponent("server.out")
        try Tool.write("", to: output)
        server.standardOutput = try FileHandle(forWritingTo: output)
        server.standardError = server.standardOutput
        try server.run()
        defer {
            // A thread of Dispatch blocks SIGTERM, and so does what is started from it; there is nothing to save here.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        try await wait {
            if !server.isRunning { throw ServerEnded(output: try String(contentsOf: output, encoding: .utf8)) }
            return (try? said().contains("Jail 'fail2bancluster' started")) == true
        }
        try await body()
    }

    /// What the server has logged so far.
    func said() throws -> String {
        try String(contentsOfFile: log, encoding: .utf8)
    }

    /// Until it holds: the time limit of the test is the only other end.
    func wait(until condition: () throws -> Bool) async throws {
        while try !condition() { try await Task.sleep(for: .milliseconds(20)) }
    }
}
