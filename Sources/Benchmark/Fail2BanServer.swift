internal import LinuxSystem

/// A real fail2ban-server with the jail that our subscriber fills, whose action does nothing.
final class Fail2BanServer {
    static let jail = "fail2bancluster"
    let socket: String
    private let server: Daemon

    init(_ workshop: Workshop) throws {
        let folder = try workshop.newFolder("fail2ban")
        socket = "\(folder)/s"
        for name in ["action.d", "filter.d"] { try FileSystem.createFolder("\(folder)/\(name)") }
        try Self.write(
            """
            [Definition]
            loglevel = INFO
            logtarget = \(folder)/fail2ban.log
            syslogsocket = auto
            socket = \(socket)
            pidfile = \(folder)/pid
            dbfile = \(folder)/db.sqlite3
            dbpurgeage = 1d
            dbmaxmatches = 10
            allowipv6 = auto
            [Thread]

            """, to: "\(folder)/fail2ban.conf")
        try Self.write(
            """
            [\(Self.jail)]
            enabled = true
            backend = polling
            filter =
            logpath = /dev/null
            bantime = 1w
            action =

            """, to: "\(folder)/jail.conf")
        server = try Daemon(
            workshop, "fail2ban-server", "fail2ban-server",
            ["-c", folder, "-s", socket, "-p", "\(folder)/pid", "-f", "start"], readyAt: "Server ready")
    }

    /// One call of the client, as anybody would make it.
    func call(_ address: String) throws {
        let result = runProgram(
            "fail2ban-client", ["-s", socket, "set", Self.jail, "banip", address], timeLimit: .seconds(60),
            outputLimit: 1 << 16)
        guard case .exited(status: 0, _, _) = result else { throw Failure(of: "fail2ban-client", result) }
    }

    private static func write(_ text: String, to path: String) throws {
        try FileSystem.writeAtomically(path: path, bytes: Array(text.utf8), mode: 0o600)
    }
}
