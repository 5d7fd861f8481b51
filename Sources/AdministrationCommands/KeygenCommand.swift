internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import DaemonKit
internal import LinuxSystem

struct KeygenCommand: SetupCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "On the hub: make its key, and print its public half.",
        discussion: """
            The secret key goes into the file that keyfile names, or into fail2ban-cluster.key beside the configuration, \
            readable by its owner alone; one that is there stays. Where no keyfile is named yet, fail2ban-cluster.d/hub.conf \
            beside the configuration names it, and all daemons of this host use it. Other hosts get a key of their own when \
            they join.
            """)

    /// As systemd/fail2ban-publisher.service says.
    private static let hubUser = "fail2ban-publisher"

    @OptionGroup var options: ConfigurationOption

    func work() throws {
        let configuration = try options.loadIfThere()
        let path = try HostKey.path(for: configuration, at: options.path)
        let (secret, isNew) = try HostKey.obtain(at: path)
        // The hub runs as a user of its own, where that was made.
        if isNew, let user = try SystemUser(named: Self.hubUser) { try FileSystem.give(path.text, to: user) }
        let key = try HostKey.publicKey(of: secret)
        try Output.say("\(key)")
        StandardError.write(isNew ? "The secret key is in \(path).\n" : "There was a key in \(path) already.\n")
        guard configuration?.publisher?.keyFile == nil else { return }
        let addition = ConfigurationAddition(
            name: "hub.conf",
            text: """
                # Written by `\(RootCommand.name) keygen`: this host's daemons, the hub among them, use this key.
                [general]
                keyfile = \(path)
                serverkey = "\(key)"

                """)
        for file in try addition.write(beside: options.path) { StandardError.write("It is named in \(file).\n") }
        StandardError.write("Start fail2ban-publisher, and invite each host: \(RootCommand.name) invite NAME\n")
    }
}
