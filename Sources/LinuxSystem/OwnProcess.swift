internal import CLinux
internal import Glibc

/// What a process knows of itself.
public enum OwnProcess {
    public static var number: Int32 { getpid() }

    /// The program's file; where its name is gone, what we were started from still runs.
    public static func executable() throws(SystemError) -> String {
        let link = "/proc/self/exe"
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes {
            readlink(link, $0.bindMemory(to: CChar.self).baseAddress!, $0.count)
        }
        guard length > 0 else { throw .last("readlink \(link)") }
        let path = String(decoding: buffer[..<length], as: UTF8.self)
        return try FileSystem.status(of: path) == nil ? link : path
    }

    /// The folder that relative paths begin in.
    public static func folder() throws(SystemError) -> String {
        guard let text = getcwd(nil, 0) else { throw .last("getcwd") }
        defer { free(text) }
        return String(cString: text)
    }

    /// Standard error goes nowhere from now on.
    public static func silenceStandardError() throws(SystemError) {
        let opened = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard opened >= 0 else { throw .last("open /dev/null") }
        defer { close(opened) }
        guard dup2(opened, STDERR_FILENO) >= 0 else { throw .last("dup2") }
    }

    /// What ran once, at the start, is no longer resident; what runs again comes back from the page cache, if it is there.
    public static func letGoOfCode() { cluster_let_go_of_code() }

    /// Gives back to the system what the allocator keeps for later.
    public static func letGoOfMemory() { cluster_let_go_of_memory() }

    /// Lets this process have so many descriptors, or as many as it may ask for.
    public static func raiseDescriptorLimit(to wanted: UInt64) throws(SystemError) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { throw .last("getrlimit") }
        let raised = min(rlim_t(wanted), limit.rlim_max)
        guard raised > limit.rlim_cur else { return }
        limit.rlim_cur = raised
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { throw .last("setrlimit") }
    }
}
