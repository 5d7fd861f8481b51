import CZeroMQ
import Glibc

/// What happened to a connection of a socket that watches them (zmq_socket_monitor(3)).
public enum ConnectionEvent: Hashable, Sendable {
    /// The other end is there; whether we are to talk is being settled.
    case reached
    /// Messages can flow.
    case established
    /// It is gone; what was on its way may be lost. libzmq tries again by itself.
    case lost
    /// The other end does not want us, or does not speak as we do: libzmq does not try again.
    case refused
}

extension Socket {
    /// To be called once, before the first `connect` or `bind`; what happened then waits to be received.
    public mutating func watchConnections() throws(ZMQError) {
        precondition(unsafe connections == nil, "watched already")
        // Another one each time: a socket that is closed keeps its own for a while.
        let endpoint = "inproc://connections-\(UInt64.random(in: 0...UInt64.max))"
        let events =
            ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED
            | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
            | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
        guard unsafe zmq_socket_monitor(handle, endpoint, events) == 0 else { throw .last("watch \(kind)") }
        guard let listener = unsafe zmq_socket(context.handle, ZMQ_PAIR) else { throw .last("make a listener") }
        unsafe connections = unsafe listener
        // Without a bound: a full queue would stop the thread that serves every connection.
        unsafe try setOption(listener, ZMQ_RCVHWM, Int32(0), "ZMQ_RCVHWM")
        guard unsafe zmq_connect(listener, endpoint) == 0 else { throw .last("connect \(endpoint)") }
    }

    /// The next thing that happened; nil where nothing has, or nobody watches.
    public mutating func nextConnectionEvent() throws(ZMQError) -> ConnectionEvent? {
        guard let connections = unsafe connections else { return nil }
        // The event's number and a value, then its endpoint.
        var event: UInt16 = 0
        var bytes = [UInt8](repeating: 0, count: 6)
        while true {
            let size = unsafe bytes.withUnsafeMutableBytes {
                unsafe zmq_recv(connections, $0.baseAddress, $0.count, ZMQ_DONTWAIT)
            }
            if size < 0 {
                let error = ZMQError.last("receive a connection's event")
                if error.code == EAGAIN { return nil }
                if error.code == EINTR { continue }
                throw error
            }
            event = UInt16(bytes[0]) | UInt16(bytes[1]) << 8
            while unsafe zmq_recv(connections, nil, 0, 0) < 0 {
                let error = ZMQError.last("receive a connection's endpoint")
                if error.code != EINTR { throw error }
            }
            switch Int32(event) {
            case ZMQ_EVENT_CONNECTED: return .reached
            case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return .established
            case ZMQ_EVENT_DISCONNECTED, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: return .lost
            case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return .refused
            default: continue
            }
        }
    }
}
