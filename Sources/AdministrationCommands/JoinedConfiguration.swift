internal import BanModel
internal import ClusterConfiguration

/// What `join` writes: the part of the configuration that follows from the code.
struct JoinedConfiguration {
    static let fileName = "joined.conf"

    let code: JoinCode
    let keyFile: AbsolutePath

    var text: String {
        var text = """
            # Written by `\(RootCommand.name) join`, which writes it anew. What stands here replaces what the main file says.
            [general]
            hostname = \(code.host)
            keyfile = \(keyFile)
            serverkey = \(list(code.hubs.map { "\"\($0.key)\"" }))

            """
        let replies = list(code.hubs.map { "\($0.reply)" })
        // Whoever administers finds the hub by them too.
        if needs(.report) { text += "\n[monitor]\nzmqreplyserver = \(replies)\n" }
        if needs(.subscribe) {
            let broadcasts = list(code.hubs.map { "\($0.broadcast)" })
            text += "\n[subscriber]\nzmqpublisherurl = \(broadcasts)\nzmqreplyserver = \(replies)\n"
        }
        return text
    }

    var addition: ConfigurationAddition { ConfigurationAddition(name: Self.fileName, text: text) }

    private func needs(_ role: Role) -> Bool { !code.roles.isDisjoint(with: [role, .administer]) }

    private func list(_ items: [String]) -> String { items.joined(separator: " ") }
}
