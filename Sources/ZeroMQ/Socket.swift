import CZeroMQ
import Glibc

/// One libzmq socket: made, used and closed on one thread.
///
/// Not Sendable: it cannot be taken into the body of another thread. No call blocks: wait with a `PollSet`. A socket's
/// descriptors are close-on-exec.
@safe public struct Socket: ~Copyable {
    public enum Kind: Int32, Sendable, CaseIterable {
        case pair = 0
        case pub = 1
        case sub = 2
        case req = 3
        case rep = 4
        case dealer = 5
        case router = 6
        case xpub = 9
    }

    /// How many frames of one message `receive` keeps: what a hostile peer can make us hold.
    public static let frameLimit = 16

    let handle: UnsafeMutableRawPointer
    // Small messages lie inside zmq_msg_t, so its address must hold from init to close.
    let message: UnsafeMutablePointer<zmq_msg_t>
    let context: Context  // Outlives the socket: released after `deinit` closed it.
    public let kind: Kind
    /// The other end of libzmq's monitor; nil: nobody watches the connections.
    var connections: UnsafeMutableRawPointer?

    /// Drops what is unsent when it closes (linger 0), and drops a peer that sends a larger message.
    /// - Parameter maximumMessageSize: bytes of one frame, not of all frames of a message; 0 or more.
    public init(
        _ kind: Kind, in context: Context, maximumMessageSize: Int = 1 << 20
    ) throws(ZMQError) {
        precondition(maximumMessageSize >= 0, "libzmq takes a negative size for no bound at all")
        guard let handle = unsafe zmq_socket(context.handle, kind.rawValue) else {
            throw .last("make a \(kind) socket")
        }
        do throws(ZMQError) {
            unsafe try setOption(handle, ZMQ_LINGER, Int32(0), "ZMQ_LINGER")
            unsafe try setOption(handle, ZMQ_MAXMSGSIZE, Int64(maximumMessageSize), "ZMQ_MAXMSGSIZE")
            if kind == .router { unsafe try setOption(handle, ZMQ_ROUTER_MANDATORY, Int32(0), "ZMQ_ROUTER_MANDATORY") }
        } catch {
            // A ~Copyable init may not throw both before and after its fields are set.
            unsafe zmq_close(handle)
            throw error
        }
        let message = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)
        unsafe zmq_msg_init(message)
        unsafe self.handle = unsafe handle
        unsafe self.message = unsafe message
        self.context = context
        self.kind = kind
        unsafe connections = nil
    }

    deinit {
        unsafe zmq_msg_close(message)
        unsafe message.deallocate()
        // First: libzmq's thread would wait for ever for somebody to listen to what it has to tell, and serve nobody meanwhile.
        if unsafe connections != nil { unsafe zmq_socket_monitor(handle, nil, 0) }
        unsafe zmq_close(handle)
        if let connections = unsafe connections { unsafe zmq_close(connections) }
    }

    /// `tcp://*:0` and `tcp://127.0.0.1:*` choose a free port: `lastEndpoint` tells it.
    public mutating func bind(_ endpoint: String) throws(ZMQError) {
        guard unsafe zmq_bind(handle, endpoint) == 0 else { throw .last("bind \(endpoint)") }
    }

    /// Cuts every connection that came in at this endpoint; give it as `lastEndpoint` told it.
    public mutating func unbind(_ endpoint: String) throws(ZMQError) {
        guard unsafe zmq_unbind(handle, endpoint) == 0 else { throw .last("unbind \(endpoint)") }
    }

    /// Returns at once: libzmq connects, and reconnects, by itself.
    public mutating func connect(_ endpoint: String) throws(ZMQError) {
        guard unsafe zmq_connect(handle, endpoint) == 0 else { throw .last("connect \(endpoint)") }
    }

    public mutating func disconnect(_ endpoint: String) throws(ZMQError) {
        guard unsafe zmq_disconnect(handle, endpoint) == 0 else { throw .last("disconnect \(endpoint)") }
    }

    /// The endpoint of the last bind or connect, with the port that the system chose.
    public var lastEndpoint: String {
        get throws(ZMQError) {
            var length = 1024
            let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: length) { buffer -> String? in
                guard
                    let start = buffer.baseAddress,
                    unsafe zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, start, &length) == 0
                else { return nil }
                return unsafe String(cString: start)
            }
            guard let text else { throw .last("get ZMQ_LAST_ENDPOINT") }
            return text
        }
    }
}

@available(*, unavailable)
extension Socket: Sendable {}
