internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import DaemonKit
internal import LinuxSystem

struct InviteCommand: SetupCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "On the hub: print a code by which one host joins.",
        discussion: """
            The code is one line, worth something once, and for a day. Whoever has it can join in the host's place, so send \
            it by a way that you trust. On the host: \(RootCommand.name) join CODE

            To take a key away again, remove its file from the folder authorizedkeys: within a second it counts no more.
            """)

    @OptionGroup var options: ConfigurationOption

    @Argument(help: "A name for the key, usually the host's.", transform: Host.read)
    var name: Host

    @Option(
        name: .long, parsing: .singleValue,
        help: "report, subscribe, administer or friend; may be given several times (default: report and subscribe).",
        transform: Role.read)
    var role: [Role] = []

    @Option(
        name: .long, help: "What the host calls itself in the cluster, where that is not NAME.", transform: Host.read)
    var host: Host?

    @Option(
        name: .long,
        help: "The name or address by which the host reaches this hub (default: what this machine is called).")
    var at: String?

    @Option(name: .customLong("for"), help: "How long the code is worth something.", transform: BanDuration.read)
    var validity: BanDuration = .limited(.seconds(86_400))

    func work() throws {
        let configuration = try options.load()
        guard let publisher = configuration.publisher else {
            throw Failure("\(options.path) has no section [publisher]: invite where the hub runs")
        }
        guard let keyFile = publisher.keyFile else {
            throw Failure(
                "the hub has no key: run `\(RootCommand.name) keygen`, set keyfile in [publisher], restart fail2ban-publisher"
            )
        }
        let key = try HostKey.publicKey(of: try KeyFile.read(keyFile))
        let place = try HubPlace(at: at, general: configuration.general)
        let hub = JoinCode.Hub(
            reply: try place.reached(publisher.replyEndpoint, key: "replybindurl"),
            broadcast: try place.reached(publisher.broadcastEndpoint, key: "broadcasterbindurl"), key: key)
        let folder = publisher.authorizedKeys?.text ?? "\(configuration.general.stateFolder)/authorizedkeys"
        guard try FileSystem.status(of: folder)?.isDirectory == true else {
            throw Failure(
                "there is no folder \(folder) yet: fail2ban-publisher makes it when it is started with its key")
        }
        let taken = "\(folder)/\(name)\(ClientFile.suffix)"
        guard try FileSystem.status(of: taken) == nil else {
            throw Failure("\(name) is authorised already: remove \(taken) first, which takes its key away")
        }
        let secret = try HostKey.make()
        let roles = role.isEmpty ? [.report, .subscribe] : Set(role)
        let client = Client(name: name.name, host: host ?? name, roles: roles)
        let expires = validity.end(from: Timestamp(microseconds: SystemClock.wall()))
        let file = InvitationFile(
            key: try HostKey.publicKey(of: secret), invitation: Invitation(client: client, expires: expires))
        // The hub may run as somebody else, and there is no secret in it.
        try FileSystem.writeAtomically(
            path: "\(folder)/\(name)\(InvitationFile.suffix)", bytes: file.contents, mode: 0o644)
        try Output.say(JoinCode(host: client.host, roles: roles, secret: secret, hubs: [hub]).text)
        StandardError.write("On \(client.host), until \(expires.text) UTC: \(RootCommand.name) join CODE\n")
    }
}

extension Host {
    /// For a command line.
    static func read(_ text: String) throws -> Host {
        guard let host = Host(text), !text.hasPrefix(".") else {
            throw ValidationError("a name is made of A-Z a-z 0-9 _ . -, at most 253 of them, and begins with no dot")
        }
        return host
    }
}

extension Role {
    /// For a command line.
    static func read(_ text: String) throws -> Role {
        guard let role = Role(rawValue: text.lowercased()), role != .enrol else {
            throw ValidationError("expected report, subscribe, administer or friend")
        }
        return role
    }
}
