import CZeroMQ
import Glibc

/// libzmq's I/O threads and what its sockets share; any thread may use it.
///
/// Every socket keeps its context. The last one to go waits until pending messages are sent or their linger is over.
@safe public final class Context: Sendable {
    // libzmq's context is the one handle that threads may share (zmq(7)).
    nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - ioThreads: one does for a gigabyte a second (the zguide's rule); 0 only where everything is `inproc://`.
    ///   - maximumSockets: those that this program makes; connections do not count.
    public init(ioThreads: Int32 = 1, maximumSockets: Int32 = 1023) throws(ZMQError) {
        guard let handle = unsafe zmq_ctx_new() else { throw .last("make a context") }
        do throws(ZMQError) {
            guard unsafe zmq_ctx_set(handle, ZMQ_IO_THREADS, ioThreads) == 0 else { throw .last("set ZMQ_IO_THREADS") }
            guard unsafe zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, maximumSockets) == 0 else {
                throw .last("set ZMQ_MAX_SOCKETS")
            }
        } catch {
            unsafe zmq_ctx_term(handle)
            throw error
        }
        unsafe self.handle = unsafe handle
    }

    deinit {
        // A signal interrupts it before its work is done (zmq_ctx_term(3)).
        while unsafe zmq_ctx_term(handle) != 0 && zmq_errno() == EINTR {}
    }

    /// From any thread, at once: every wait and call on the sockets of this context fails with `isTermination`.
    public func shutDown() {
        // The one failure is a handle that is none, and ours lives.
        unsafe zmq_ctx_shutdown(handle)
    }
}
