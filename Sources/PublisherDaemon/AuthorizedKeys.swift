internal import BanModel
internal import ClusterConfiguration
internal import ClusterCore
internal import LinuxSystem

/// The folder `authorizedkeys`: a file for each client, and for each invitation.
struct AuthorizedKeys: ~Copyable {
    /// More than a hub has connections for.
    private static let mostFiles = 20_000
    private static let longestFile = 1 << 16

    let folder: String
    /// Whether there was none.
    let isNew: Bool
    /// The hub's own key: whoever can read it can do everything anyway.
    private let own: ClientFile
    /// Those of friends' hubs, which the configuration names.
    var friends: [ClientFile] = []
    private(set) var keyring = Keyring()
    private var watch: FileWatch
    private var isWatched = false
    private var watchedFiles: Set<FileIdentity> = []
    private var invitations: [PublicKey: (path: String, file: InvitationFile)] = [:]
    /// What is in the folder, by name, as it was when all of it could last be read; nil: never.
    private(set) var files: [String: KeyRegister.File]?

    init(folder: String, own: ClientFile) throws(SystemError) {
        let watch = try FileWatch()
        let isNew = try FileSystem.status(of: folder) == nil
        try FileSystem.createFolder(folder, mode: 0o750)
        self.folder = folder
        self.isNew = isNew
        self.own = own
        self.watch = watch
    }

    /// Readable when something in the folder has changed.
    var fileDescriptor: Int32 { watch.fileDescriptor }

    /// Whether something in it has changed since.
    mutating func hasChanged() throws(SystemError) -> Bool {
        let changes = try watch.drain()
        if changes.contains(where: { if case .gone = $0 { true } else { false } }) {
            (isWatched, watchedFiles) = (false, [])
        }
        return !changes.isEmpty
    }

    /// Everything, anew. Returns what is wrong in it, in words: what is wrong does not count.
    mutating func read() -> [String] {
        var faults: [String] = []
        do throws(SystemError) {
            // First, so that no change comes in between.
            if !isWatched {
                _ = try watch.watch(directory: folder)
                isWatched = true
            }
            var clients = [own.key: own.client]
            for friend in friends { clients[friend.key] = friend.client }
            invitations = [:]
            var present: [String: KeyRegister.File] = [:]
            let names = try FileSystem.names(in: folder)
            if names.count > Self.mostFiles {
                faults.append(
                    "\(folder): more than \(Self.mostFiles) files: those behind \(names[Self.mostFiles - 1]) do not count"
                )
            }
            for name in names.prefix(Self.mostFiles) where Self.mayHold(name) {
                // One that is there and cannot be read is as it was.
                present[name] = files?[name]
                do throws(ConfigurationError) {
                    try read(name, &clients, &present, &faults)
                } catch {
                    faults += error.faults.map(\.description)
                }
            }
            if names.count <= Self.mostFiles { files = present }
            keyring = Keyring(clients: clients, invitations: invitations.mapValues(\.file.invitation))
        } catch {
            faults.append("\(error): the keys that were read before go on to count. Reload the hub when it is mended")
        }
        return faults
    }

    private mutating func read(
        _ name: String, _ clients: inout [PublicKey: Client], _ present: inout [String: KeyRegister.File],
        _ faults: inout [String]
    ) throws(ConfigurationError) {
        let path = "\(folder)/\(name)"
        if name.hasSuffix(ClientFile.suffix) {
            guard let file = contents(of: path, &present[name], &faults) else { return }
            let entry = try ClientFile(reading: file)
            guard clients[entry.key] == nil else {
                faults.append("\(path): another file has the same publickey: this one does not count")
                return
            }
            clients[entry.key] = entry.client
        } else {
            guard let file = contents(of: path, &present[name], &faults) else { return }
            let entry = try InvitationFile(reading: file)
            invitations[entry.key] = (path, entry)
        }
    }

    /// nil where it cannot be read: it may just have gone.
    private mutating func contents(
        of path: String, _ present: inout KeyRegister.File?, _ faults: inout [String]
    ) -> ConfigurationFile? {
        do throws(SystemError) {
            guard let status = try FileSystem.status(of: path) else {
                present = nil
                return nil
            }
            guard status.permissions & 0o022 == 0 else {
                faults.append("\(path): others may write it: run `chmod go-w \(path)`")
                return nil
            }
            if watchedFiles.insert(status.identity).inserted { _ = try watch.watch(file: path) }
            let bytes = try FileSystem.read(path, limit: Self.longestFile)
            present = KeyRegister.File(contents: bytes, changed: Timestamp(microseconds: status.modified))
            return ConfigurationFile(name: path, bytes: bytes)
        } catch {
            if !error.isMissing { faults.append("\(error)") }
            return nil
        }
    }

    /// Whether a file of this name is read.
    static func mayHold(_ name: String) -> Bool {
        !name.hasPrefix(".") && (name.hasSuffix(ClientFile.suffix) || name.hasSuffix(InvitationFile.suffix))
    }

    /// Makes the folder as a twin's is. What is in it is read when the watch says that it has changed.
    func carryOut(_ entry: KeyEntry) throws(SystemError) {
        let path = "\(folder)/\(entry.name)"
        if let contents = entry.contents {
            try FileSystem.writeAtomically(path: path, bytes: contents, mode: 0o640)
        } else {
            _ = try FileSystem.remove(path)
        }
    }

    /// What comes of a host that shows its own key; where it is taken, it is on disk.
    mutating func enrol(_ key: PublicKey, invitedBy guest: PublicKey, at now: Timestamp) -> Keyring.Enrolment {
        let enrolment = keyring.enrol(key, invitedBy: guest, at: now)
        guard case .enrol(let client) = enrolment, let (path, file) = invitations[guest] else { return enrolment }
        do throws(SystemError) {
            // The client first: an invitation that is used without one would mean that its key was taken away.
            try FileSystem.writeAtomically(
                path: "\(folder)/\(client.name)\(ClientFile.suffix)",
                bytes: ClientFile(key: key, client: client).contents, mode: 0o640)
            var used = file
            used.invitation.usedBy = key
            try FileSystem.writeAtomically(path: path, bytes: used.contents, mode: 0o640)
        } catch {
            return .refused(HubRefusal(.later, "the hub cannot keep the key: \(error)"))
        }
        return enrolment
    }
}
