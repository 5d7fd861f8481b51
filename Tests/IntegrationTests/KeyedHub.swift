import Foundation
import Testing

/// A hub with a key, and the hosts that it has invited.
struct KeyedHub {
    let hub: TestHub
    /// Of the hub, as clients know it.
    let serverKey: String
    /// Each host's folder.
    let hosts = try! Folder()

    /// What all that belongs to it is started by.
    private let wrapper: [String]

    /// - Parameters:
    ///   - name: the hub's, and, where it has friends, the cluster's.
    ///   - twin: another hub of the same cluster, with friends.
    ///   - address: of its machine.
    ///   - wrapper: what starts a program on its machine.
    ///   - more: lines for [publisher].
    init(
        _ name: String = "hub", hasFriends: Bool = false, twin: KeyedHub? = nil, at address: String = "127.0.0.1",
        wrapper: [String] = [],
        _ more: String = ""
    ) async throws {
        self.wrapper = wrapper
        let folder = try Folder()
        let made = try Daemon.run("fail2ban-cluster", ["keygen", "--config", folder.file("conf")])
        try #require(made.status == 0, "\(made)")
        serverKey = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        hub = try await TestHub(
            "keyfile = \(folder.file("fail2ban-cluster.key"))\n\(more)", name: name,
            general: hasFriends
                ? "cluster = \(name)\nclusterkey = \((twin?.keys ?? folder).file("fail2ban-cluster.clusterkey"))" : "",
            replies: "tcp://\(address):*", broadcasts: "tcp://\(address):*", wrapper: wrapper)
        // Inviting needs its ports.
        try hub.stayWhereItIs()
        keys = folder
    }

    private let keys: Folder

    /// The hub's own secret.
    var secret: String {
        get throws { try Self.text(of: keys.file("fail2ban-cluster.key")) }
    }

    private static func text(of file: String) throws -> String {
        try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The folder `authorizedkeys`.
    var authorizedKeys: String { hub.publisher.folder.file("state/authorizedkeys") }

    func invite(_ name: String, _ options: String...) throws -> String {
        let invited = try Daemon.run(
            "fail2ban-cluster", ["invite", name, "--config", hub.publisher.folder.file("conf")] + options,
            wrapper: wrapper)
        try #require(invited.status == 0, "\(invited)")
        return invited.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Joins by this code, as this host.
    func join(_ code: String, as name: String) throws -> (status: Int32, output: String, error: String) {
        try FileManager.default.createDirectory(atPath: hosts.file(name), withIntermediateDirectories: true)
        return try Daemon.run(
            "fail2ban-cluster", ["join", code, "--config", configuration(of: name)], wrapper: wrapper)
    }

    /// Both.
    func enrol(_ name: String, _ options: String...) throws {
        let roles = options.flatMap { ["--role", $0] }
        let invited = try Daemon.run(
            "fail2ban-cluster", ["invite", name, "--config", hub.publisher.folder.file("conf")] + roles,
            wrapper: wrapper)
        try #require(invited.status == 0, "\(invited)")
        let joined = try join(invited.output.trimmingCharacters(in: .whitespacesAndNewlines), as: name)
        try #require(joined.status == 0, "\(joined)")
    }

    func configuration(of name: String) -> String { hosts.file("\(name)/conf") }
    func keyFile(of name: String) -> String { hosts.file("\(name)/fail2ban-cluster.key") }
    func secret(of name: String) throws -> String {
        try Self.text(of: keyFile(of: name))
    }

    /// A key that the hub has never heard of.
    func freshSecret() throws -> String {
        let folder = try Folder()
        let made = try Daemon.run("fail2ban-cluster", ["keygen", "--config", folder.file("conf")])
        try #require(made.status == 0)
        return try Self.text(of: folder.file("fail2ban-cluster.key"))
    }

    private func keyLines(_ name: String) -> String {
        "keyfile = \(keyFile(of: name))\nserverkey = \"\(serverKey)\""
    }

    func monitor(_ name: String, log: String) async throws -> Daemon {
        try await hub.monitor(host: name, log: log, socket: nil, more: keyLines(name))
    }

    /// - Parameter more: lines for [subscriber].
    func subscriber(_ name: String, _ more: String = "") async throws -> Daemon {
        try await hub.subscriber(
            host: name,
            "subscriberaction = log\nlogfile = \(hosts.file("\(name).bans"))\n\(keyLines(name))\n\(more)")
    }

    /// Each message that a subscriber obeyed.
    func obeyed(_ name: String) -> Set<Substring> {
        Set(hosts.lines(of: "\(name).bans").compactMap { $0.split(separator: " ").last })
    }

    /// The command of a host that has joined.
    func command(_ arguments: String..., as name: String) throws -> (status: Int32, output: String, error: String) {
        try Daemon.run("fail2ban-cluster", arguments + ["--config", configuration(of: name)], wrapper: wrapper)
    }

    /// Takes a host's key away.
    func revoke(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(authorizedKeys)/\(name).conf")
    }
}
