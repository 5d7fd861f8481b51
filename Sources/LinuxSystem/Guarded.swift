import Glibc

/// A value that one thread at a time may touch: a `pthread_mutex_t` around it.
///
/// Not Synchronization's Mutex: on Linux ThreadSanitizer does not see its futex, so that all that passes through one
/// looks like a race, and a true race would drown among them.
public final class Guarded<Value: Sendable>: Sendable {
    // Both are touched by `withLock` alone, the value only while the mutex is held; a mutex must not move.
    private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private nonisolated(unsafe) var value: Value

    public init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "pthread_mutex_init: \(SystemError.text(of: code))")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Short, and never from within itself: a thread that comes back for its own mutex waits for ever.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
