internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol
internal import DaemonKit
internal import HubClient
internal import LinuxSystem
internal import ZeroMQ

struct JoinCommand: SetupCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "On a new host: join the cluster by a code of `invite`.",
        discussion: """
            It makes this host's key, which never leaves it, shows the public half to the hub, writes what the daemons need \
            into fail2ban-cluster.d/joined.conf beside the configuration, and tries both ways to the hub. It may be repeated.
            """)

    @OptionGroup var options: ConfigurationOption

    @Argument(help: "What `fail2ban-cluster invite` printed on the hub.")
    var code: String

    private static let timeLimit = Duration.seconds(10)

    func work() throws {
        let code: JoinCode
        do throws(JoinCode.Fault) {
            code = try JoinCode(self.code)
        } catch {
            throw Failure(error.description)
        }
        let configuration = try options.loadIfThere()
        let path = try HostKey.path(for: configuration, at: options.path)
        let (secret, isNew) = try HostKey.obtain(at: path)
        try Output.say("key: \(path)\(isNew ? " (made)" : " (was there)")")
        for hub in code.hubs { try enrol(code, at: hub, as: try HostKey.publicKey(of: secret)) }
        let written = try JoinedConfiguration(code: code, keyFile: path).addition.write(beside: options.path)
        for file in written { try Output.say("configuration: \(file)") }
        for hub in code.hubs { try probe(hub, code.host, secret, listens: code.roles.contains(.subscribe)) }
        let daemons = [(Role.report, "fail2ban-monitor"), (.subscribe, "fail2ban-subscriber")]
            .filter { code.roles.contains($0.0) }.map(\.1)
        if daemons.isEmpty {
            try Output.say("\(code.host) has joined. Try: \(RootCommand.name) status")
        } else {
            try Output.say("\(code.host) has joined. Now: systemctl enable --now \(daemons.joined(separator: " "))")
        }
    }

    private func enrol(_ code: JoinCode, at hub: JoinCode.Hub, as key: PublicKey) throws {
        let guest = HubAddress(endpoint: "\(hub.reply)", curve: CurveClient(secret: code.secret, server: hub.key))
        var asker = try HubAsker([guest], as: Asker(host: code.host, token: nil), timeLimit: Self.timeLimit)
        let reply: EnrolReply
        do {
            _ = try asker.hub()
            reply = EnrolReply(
                try asker.ask(EnrolRequest(asker: Asker(host: code.host, token: nil), key: key).bytes))
        } catch let failure as Failure {
            throw Failure(
                "\(failure). Where the hub is there and takes connections, the code has expired or was withdrawn: ask for"
                    + " a new one")
        }
        switch reply {
        case .enrolled: try Output.say("hub: \(hub.reply) knows this host's key")
        case .refusal(let refusal): throw Failure("the hub at \(hub.reply) refuses: \(refusal.reason)")
        case .nonsense: throw nonsense(from: "\(hub.reply)")
        }
    }

    /// Both ways, with the host's own key.
    private func probe(_ hub: JoinCode.Hub, _ host: Host, _ secret: SecretKey, listens: Bool) throws {
        let curve = CurveClient(secret: secret, server: hub.key)
        var asker = try HubAsker(
            [HubAddress(endpoint: "\(hub.reply)", curve: curve)], as: Asker(host: host, token: nil),
            timeLimit: Self.timeLimit)
        _ = try asker.hub()
        try Output.say("hub: \(hub.reply) answers")
        guard listens, let curve else { return }
        try BroadcastProbe.connect(to: "\(hub.broadcast)", as: curve, within: Self.timeLimit)
        try Output.say("hub: \(hub.broadcast) lets this host listen")
    }
}
