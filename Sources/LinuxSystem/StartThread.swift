import CLinux
import Glibc

/// What a new thread is handed.
private final class ThreadStart {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// The main thread's usual size: `ulimit -s` and systemd's LimitSTACK do not reach in here.
private let stackSize = 8 << 20

/// Runs `body`, which may block for as long as it likes, on a thread of its own.
///
/// Nobody hears when it ends, and where the system has no thread left the process does.
/// - Parameter name: what `ps -L` and a debugger show, 15 bytes at most.
public func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
    precondition(name.utf8.count <= 15, "a thread's name has 15 bytes at most (pthread_setname_np(3))")
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackSize)
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))

    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument else { return nil }
            let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
            cluster_name_thread(start.name)
            start.body()
            return nil
        }, start.toOpaque())
    precondition(code == 0, "no thread for \(name): \(SystemError.text(of: code))")
}
