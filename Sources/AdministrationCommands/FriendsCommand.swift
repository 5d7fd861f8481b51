internal import ArgumentParser
internal import BanModel
internal import ClusterConfiguration
internal import ClusterIdentity
internal import DaemonKit
internal import Glibc
internal import LinuxSystem

/// `friends`, and what is done about them.
struct FriendsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "friends", abstract: "Other clusters that this one hears: how they are, and who is one.",
        subcommands: [FriendsListCommand.self, FriendsExportCommand.self, FriendsAddCommand.self],
        defaultSubcommand: FriendsListCommand.self)
}

struct FriendsListCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Who they are, how far they are trusted, and what came of what they told.")

    @OptionGroup var options: CommandOptions

    @Flag(name: .long, help: "For other programs: an array.")
    var json = false

    func work(_ setup: Setup) throws {
        var asker = try HubAsker(setup)
        let hub = try asker.hub()
        let report = FriendsReport(try asker.status(of: hub).friends)
        try Output.say(json ? report.document : report.text)
    }
}

struct FriendsExportCommand: SetupCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "On the hub: print what a friend needs to know of this cluster.",
        discussion: """
            It holds no secret. The friend takes it with `\(RootCommand.name) friends add FILE`, and compares the fingerprint \
            with the one that you tell him by another way, such as the telephone.
            """)

    @OptionGroup var options: ConfigurationOption

    @Option(
        name: .long,
        help: "The name or address by which the friend's hub reaches this one (default: what this machine is called).")
    var at: String?

    func work() throws {
        let configuration = try options.load()
        let general = configuration.general
        guard let publisher = configuration.publisher else {
            throw Failure("\(options.path) has no section [publisher]: export where the hub runs")
        }
        guard let path = general.clusterKey else {
            throw Failure("the cluster has no key: run `\(RootCommand.name) keygen`, and restart fail2ban-publisher")
        }
        let clusterKey = ClusterKey(try KeyFile.read(path))
        let key = try publisher.keyFile.map { try HostKey.publicKey(of: try KeyFile.read($0)) }
        let place = try HubPlace(at: at, general: general)
        let name = general.cluster.flatMap { Host($0) } ?? general.hostname
        let file = FriendFile(
            name: name,
            broadcastEndpoint: try place.reached(publisher.broadcastEndpoint, key: "broadcasterbindurl"),
            replyEndpoint: try place.reached(publisher.replyEndpoint, key: "replybindurl"), key: key,
            clusterKey: clusterKey.publicKey)
        try Output.say(file.text(level: nil))
        StandardError.write("The cluster's fingerprint is \(clusterKey.cluster)\n")
    }
}

struct FriendsAddCommand: SetupCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "On the hub: trust another cluster so far.",
        discussion: """
            FILE is what `\(RootCommand.name) friends export` printed at the friend's hub. He has to add yours, too. \
            Nothing that he tells weighs more than the trust that you give him, however many hosts or clusters he names.
            """)

    @OptionGroup var options: ConfigurationOption

    @Argument(help: "What the friend has sent.")
    var file: String

    @Option(name: .customLong("trustlevel"), help: "What his word counts for, in percent.", transform: TrustLevel.read)
    var level: Percentage?

    @Option(name: .long, help: "What he is called here (default: as he calls himself).", transform: Host.read)
    var name: Host?

    @Flag(name: .long, help: "Take it without asking whether the fingerprint is right.")
    var yes = false

    func work() throws {
        // It must be a hub's, and complete: what is wrong afterwards is this friend's fault.
        _ = try options.load().section(PublisherSection.self)
        let bytes = try FileSystem.read(file, limit: 1 << 16)
        var friend = try FriendFile(reading: ConfigurationFile(name: file, bytes: bytes))
        friend.name = name ?? friend.name
        let cluster = Cluster(key: friend.clusterKey)
        StandardError.write("\(friend.name), at \(friend.replyEndpoint), has the fingerprint\n    \(cluster)\n")
        guard try yes || isRight() else { throw Failure("not added") }
        let folder = "\(FileSystem.folder(of: options.path))/\(Configuration.friendsFolder)"
        try FileSystem.createFolder(folder, mode: 0o755)
        let path = "\(folder)/\(friend.name).conf"
        guard try FileSystem.status(of: path) == nil else {
            throw Failure("\(path) is there already: remove it first, or give another --name")
        }
        try FileSystem.writeAtomically(path: path, bytes: Array(friend.text(level: level).utf8), mode: 0o640)
        do {
            _ = try Configuration.load(path: options.path).section(PublisherSection.self)
        } catch {
            // What cannot be read would keep the hub from starting.
            _ = try FileSystem.remove(path)
            throw error
        }
        StandardError.write("It is in \(path). Reload fail2ban-publisher (SIGHUP), and it counts.\n")
    }

    /// What only a person can say.
    private func isRight() throws -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            throw Failure("nobody is here to look at the fingerprint: say --yes, where it was compared before")
        }
        StandardError.write("Is it the one that he told you? [y/N] ")
        return readLine()?.lowercased().hasPrefix("y") == true
    }
}

enum TrustLevel {
    /// For a command line.
    static func read(_ text: String) throws -> Percentage {
        guard let level = Percentage(text), level > Percentage.none else {
            throw ValidationError("expected a percentage above 0 and up to 100")
        }
        return level
    }
}
