internal import ArgumentParser
internal import DaemonKit

/// The administrator's command, from its arguments to its exit status.
public enum ClusterCommand {
    public static func launch() { RootCommand.main() }
}

struct RootCommand: ParsableCommand {
    static let name = "fail2ban-cluster"

    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Looks into the cluster, bans, and pardons.",
        discussion: """
            It asks the hub that --hub names; else those of zmqreplyserver in [subscriber], else in [monitor]; else \
            [publisher] on this host. The token, where the hub wants one, is the authtoken of [monitor], else of [publisher].

            It reads \(DaemonOptions.usualPath), or what --config or the variable \(DaemonOptions.variable) names, and \
            then fail2ban-cluster.d/*.conf beside it.

            Something does not work:
                fail2ban-cluster check
            Who is banned, and why:
                fail2ban-cluster list
                fail2ban-cluster show 203.0.113.7
            Somebody was banned who should not be:
                fail2ban-cluster pardon 203.0.113.7
            Nobody is ever to ban this address:
                fail2ban-cluster allow 203.0.113.7

            Times are in UTC. Exit status: 0 all well, 1 failed, 64 wrong use, 78 wrong configuration.
            """,
        version: Version.current,
        subcommands: [
            StatusCommand.self, ListCommand.self, ShowCommand.self, WatchCommand.self, BanCommand.self,
            UnbanCommand.self, PardonCommand.self, AllowCommand.self, DisallowCommand.self, AllowedCommand.self,
            KeygenCommand.self, InviteCommand.self, JoinCommand.self,
            FriendsCommand.self, CheckCommand.self,
        ])
}
