internal import BanModel
internal import ClusterConfiguration
internal import LinuxSystem

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

    /// Returns the files that were written.
    func write(beside path: String) throws -> [String] {
        var written: [String] = []
        if try FileSystem.status(of: path) == nil {
            let note = "# All that this host needs is in \(Configuration.additionsFolder)/\(Self.fileName).\n"
            try FileSystem.writeAtomically(path: path, bytes: Array(note.utf8), mode: 0o640)
            written.append(path)
        }
        let folder = "\(FileSystem.folder(of: path))/\(Configuration.additionsFolder)"
        try FileSystem.createFolder(folder, mode: 0o755)
        let joined = "\(folder)/\(Self.fileName)"
        try FileSystem.writeAtomically(path: joined, bytes: Array(text.utf8), mode: 0o640)
        // What was just written must be readable, beside what was there.
        _ = try Configuration.load(path: path)
        return written + [joined]
    }

    private func needs(_ role: Role) -> Bool { !code.roles.isDisjoint(with: [role, .administer]) }

    private func list(_ items: [String]) -> String { items.joined(separator: " ") }
}
