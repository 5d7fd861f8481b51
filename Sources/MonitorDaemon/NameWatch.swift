internal import Glibc
internal import LinuxSystem

/// Wakes the loop when the file of a name changes, or when another file takes that name.
///
/// A file that lost the name stays watched: its writer may not know yet. The kernel ends that when the file is deleted.
struct NameWatch: ~Copyable {
    private let path: String
    private var isFolderWatched = false
    private var identity: FileIdentity?

    init(path: String) { self.path = path }

    /// Watches what has the name now; to be called before each look at it, so that nothing comes in between.
    mutating func renew(in watch: inout FileWatch) throws(SystemError) {
        if !isFolderWatched {
            _ = try watch.watch(directory: FileSystem.folder(of: path))
            isFolderWatched = true
        }
        guard let current = try FileSystem.status(of: path)?.identity, current != identity else { return }
        do throws(SystemError) {
            _ = try watch.watch(file: path)
        } catch  where error.code == ENOENT {
            return  // gone again: the folder will tell when the name comes back
        }
        identity = current
    }
}
