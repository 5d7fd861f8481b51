import Glibc

/// Tells when files change (inotify(7)): what a follower of a log needs to wait for.
///
/// Watch the folder for the log's name, so that a new file is seen, and each open file for its bytes. A change is a hint
/// to look: look once after adding a watch too, for what came before it.
public struct FileWatch: ~Copyable, Sendable {
    /// One watched file or folder; never used again once it ended.
    public struct Watch: Hashable, Sendable {
        let descriptor: Int32
    }

    /// Readable while changes wait; non-blocking; closed with this value.
    public let fileDescriptor: Int32
    /// The live watches.
    private var folders: Set<Int32> = []
    private var files: Set<Int32> = []

    public init() throws(SystemError) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw .last("inotify_init1") }
        fileDescriptor = descriptor
    }

    deinit { close(fileDescriptor) }

    /// Names that come and go in a folder; not the bytes of its files.
    public mutating func watch(directory path: String) throws(SystemError) -> Watch {
        let mask = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
        let watch = try add(path, UInt32(mask) | UInt32(IN_ONLYDIR), "watch folder \(path)")
        folders.insert(watch.descriptor)
        return watch
    }

    /// The file that has this name now, whatever its name later. The same file twice is one watch.
    public mutating func watch(file path: String) throws(SystemError) -> Watch {
        try watchFile(path, "watch \(path)")
    }

    /// An open file, also one that was renamed since, or that has no name any more.
    public mutating func watch(_ file: borrowing File) throws(SystemError) -> Watch {
        // The link leads to the open file itself, so no rename comes between (proc(5)).
        try watchFile("/proc/self/fd/\(file.fileDescriptor)", "watch \(file.path)")
    }

    private mutating func watchFile(
        _ path: String, _ operation: @autoclosure () -> String
    ) throws(SystemError) -> Watch {
        let mask = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF
        let watch = try add(path, UInt32(mask), operation())
        files.insert(watch.descriptor)
        return watch
    }

    private func add(
        _ path: String, _ mask: UInt32, _ operation: @autoclosure () -> String
    ) throws(SystemError) -> Watch {
        let descriptor = inotify_add_watch(fileDescriptor, path, mask)
        guard descriptor >= 0 else { throw .last(operation()) }
        return Watch(descriptor: descriptor)
    }

    /// No more changes of it; without effect where it ended already.
    public mutating func end(_ watch: Watch) {
        folders.remove(watch.descriptor)
        files.remove(watch.descriptor)
        // The one failure is a watch that the kernel ended before us.
        _ = inotify_rm_watch(fileDescriptor, watch.descriptor)
    }

    /// The changes that wait, each once, in the order of their first; more may wait still, then the descriptor is readable.
    public mutating func drain() throws(SystemError) -> [FileChange] {
        var changes: [FileChange] = []
        var seen: Set<FileChange> = []
        // Bounded: who changes files faster than we read must not keep us here.
        for _ in 0..<16 {
            let events = try readEvents()
            if events.isEmpty { break }
            for event in events {
                if let change = change(from: event), seen.insert(change).inserted { changes.append(change) }
            }
        }
        return changes
    }

    private mutating func change(from event: FileEvent) -> FileChange? {
        let watch = Watch(descriptor: event.watch)
        if event.has(IN_Q_OVERFLOW) { return .everything }
        if folders.contains(event.watch) {
            if event.has(IN_MOVE_SELF) { end(watch) } else if event.has(IN_IGNORED) { folders.remove(event.watch) }
            if event.has(IN_MOVE_SELF | IN_IGNORED) { return .gone(watch) }
            return event.name.map { .name(watch, $0) }
        }
        // Neither: what was queued when the watch was ended.
        guard files.contains(event.watch) else { return nil }
        guard event.has(IN_IGNORED) else { return .file(watch) }
        files.remove(event.watch)
        return .gone(watch)
    }

    private func readEvents() throws(SystemError) -> [FileEvent] {
        try withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer throws(SystemError) in
            while true {
                let count = Glibc.read(fileDescriptor, buffer.baseAddress!, buffer.count)
                if count >= 0 { return FileEvent.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                if errno == EAGAIN { return [] }
                if errno != EINTR { throw .last("read inotify") }
            }
        }
    }
}
