internal import LinuxSystem

/// File systems that one process alone sees: a test mounts a small one, and it is gone with that process.
public enum OwnMounts {
    /// Not where we are not root, nor in a chroot or a container that forbids it.
    public static let arePossible: Bool = {
        let result = runProgram(
            "/usr/bin/unshare", ["-m", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/tmp"],
            timeLimit: .seconds(20), outputLimit: 4_096)
        if case .exited(status: 0, _, _) = result { return true }
        return false
    }()
}
