internal import ClusterConfiguration
internal import LinuxSystem

/// A file of the folder beside the configuration whose files are read after it.
struct ConfigurationAddition {
    let name: String
    let text: String

    /// Returns the files that were written: the main one too, where there was none.
    ///
    /// - Throws: also where it cannot be read beside what was there.
    func write(beside path: String) throws -> [String] {
        var written: [String] = []
        if try FileSystem.status(of: path) == nil {
            let note = "# All that this host needs is in \(Configuration.additionsFolder).\n"
            try FileSystem.writeAtomically(path: path, bytes: Array(note.utf8), mode: 0o640)
            written.append(path)
        }
        let folder = "\(FileSystem.folder(of: path))/\(Configuration.additionsFolder)"
        try FileSystem.createFolder(folder, mode: 0o755)
        let addition = "\(folder)/\(name)"
        try FileSystem.writeAtomically(path: addition, bytes: Array(text.utf8), mode: 0o640)
        _ = try Configuration.load(path: path)
        return written + [addition]
    }
}
