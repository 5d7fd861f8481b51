internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import ClusterIdentity
internal import DaemonKit
internal import LinuxSystem

struct KeygenCommand: SetupCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "On the hub: make its key, and print its public half.",
        discussion: """
            The secret key goes into the file that keyfile names, or into fail2ban-cluster.key beside the configuration, \
            readable by its owner alone; one that is there stays. The key by which friends know this cluster goes likewise into \
            the file that clusterkey names, or into fail2ban-cluster.clusterkey. What is not named yet, \
            fail2ban-cluster.d/hub.conf beside the configuration names, and all daemons of this host use it. Other hosts get \
            a key of their own when they join.
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
        var lines: [String] = []
        let namesKey = configuration?.publisher?.keyFile == nil
        if namesKey {
            lines += ["keyfile = \(path)", "serverkey = \"\(key)\""]
        }
        if let named = configuration?.general.clusterKey {
            try makeClusterKey(at: named)
        } else {
            let name = "\(FileSystem.folder(of: path.text))/fail2ban-cluster.clusterkey"
            guard let beside = AbsolutePath(name) else { throw Failure("\(name) cannot be a key file's name") }
            try makeClusterKey(at: beside)
            lines.append("clusterkey = \(beside)")
        }
        guard !lines.isEmpty else { return }
        let addition = ConfigurationAddition(
            name: namesKey ? "hub.conf" : "clusterkey.conf",
            text: """
                # Written by `\(RootCommand.name) keygen`: this host's daemons, the hub among them, use these keys.
                [general]
                \(lines.joined(separator: "\n"))

                """)
        for file in try addition.write(beside: options.path) { StandardError.write("It is named in \(file).\n") }
        StandardError.write("Start fail2ban-publisher, and invite each host: \(RootCommand.name) invite NAME\n")
    }

    /// By it other clusters know what this one says.
    private func makeClusterKey(at path: AbsolutePath) throws {
        guard try FileSystem.status(of: path.text) == nil else { return }
        let secret = ClusterKey.makeSecret()
        try FileSystem.writeAtomically(path: path.text, bytes: KeyFile.contents(secret), mode: KeyFile.permissions)
        if let user = try SystemUser(named: Self.hubUser) { try FileSystem.give(path.text, to: user) }
        StandardError.write(
            "The cluster's secret key is in \(path): back it up, and give it to the hub's twins alone.\n")
    }
}
