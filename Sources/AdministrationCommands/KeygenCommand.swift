internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import DaemonKit

struct KeygenCommand: SetupCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "Make this host's key, and print its public half.",
        discussion: """
            The secret key goes into the file that keyfile names, or into fail2ban-cluster.key beside the configuration, \
            readable by its owner alone. One that is there stays. A hub needs one before it speaks with other hosts; a host \
            that joins by `\(RootCommand.name) join` gets one there.
            """)

    @OptionGroup var options: ConfigurationOption

    func work() throws {
        let configuration = try options.loadIfThere()
        let path = try HostKey.path(for: configuration, at: options.path)
        let (secret, isNew) = try HostKey.obtain(at: path)
        try Output.say("\(try HostKey.publicKey(of: secret))")
        StandardError.write(isNew ? "The secret key is in \(path).\n" : "There was a key in \(path) already.\n")
        guard configuration?.publisher?.keyFile == nil, configuration?.general.keyFile == nil else { return }
        StandardError.write(
            """
            On a hub, write into [publisher] of \(options.path)
                keyfile = \(path)
            restart fail2ban-publisher, and invite each host: \(RootCommand.name) invite NAME

            """)
    }
}
