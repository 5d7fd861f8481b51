import CZeroMQ
import Glibc

/// A call of libzmq that failed: what was tried, on what, and libzmq's number.
public struct ZMQError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call with its endpoint or option, such as `bind tcp://*:1`.
    public let operation: String
    /// errno, or one of libzmq's own numbers.
    public let code: Int32

    static func last(_ operation: @autoclosure () -> String) -> ZMQError {
        let code = zmq_errno()  // First: building the text may allocate.
        return ZMQError(operation: operation(), code: code)
    }

    /// The context was shut down: the thread that sees this ends its loop.
    public var isTermination: Bool { code == ETERM }
    /// A mandatory ROUTER knows no peer of this identity.
    public var isUnreachable: Bool { code == EHOSTUNREACH }
    /// A REQ that waits for its reply, or a REP without a request.
    public var isOutOfTurn: Bool { code == EFSM }
    /// The endpoint is bound already, here or by another process.
    public var isAddressInUse: Bool { code == EADDRINUSE }

    /// Such as `bind tcp://*:1: Permission denied`, in libzmq's words.
    public var description: String {
        guard let text = unsafe zmq_strerror(code) else { return "\(operation): error \(code)" }
        return unsafe "\(operation): \(String(cString: text))"
    }
}
