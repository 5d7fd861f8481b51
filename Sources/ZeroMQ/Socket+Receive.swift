import CZeroMQ
import Glibc

/// A message to a socket whose messages have one frame.
public enum SingleFrame: Sendable, Equatable {
    case frame([UInt8])
    /// It had more frames than one: dropped whole.
    case severalFrames
}

extension Socket {
    /// The frames of one message; nil where none waits.
    ///
    /// A message of more than `frameLimit` frames is dropped whole: what comes back is an empty array, which no message
    /// is otherwise.
    public mutating func receive() throws(ZMQError) -> [[UInt8]]? {
        guard try receiveFrame() else { return nil }
        var frames = [takeFrame()]
        while hasMore {
            try receiveNextFrame()
            if frames.count == Socket.frameLimit {
                try dropRest()
                return []
            }
            frames.append(takeFrame())
        }
        return frames
    }

    /// As `receive`, without an array of arrays: for a SUB, where thousands a second come in.
    public mutating func receiveSingle() throws(ZMQError) -> SingleFrame? {
        guard try receiveFrame() else { return nil }
        if hasMore {
            try dropRest()
            return .severalFrames
        }
        return .frame(takeFrame())
    }

    /// What libzmq knows of the peer that sent the frame received last: `Peer-Address`, `User-Id`, `Socket-Type`,
    /// `Routing-Id`; nil where it does not know, as over inproc.
    public func property(_ name: String) -> String? {
        guard let value = unsafe zmq_msg_gets(message, name) else { return nil }
        return unsafe String(cString: value)
    }

    private var hasMore: Bool { unsafe zmq_msg_more(message) != 0 }

    private func takeFrame() -> [UInt8] {
        unsafe [UInt8](UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message)))
    }

    /// Into `message`, whose earlier content libzmq lets go; false where nothing waits.
    private func receiveFrame() throws(ZMQError) -> Bool {
        while true {
            if unsafe zmq_msg_recv(message, handle, ZMQ_DONTWAIT) >= 0 { return true }
            let error = ZMQError.last("receive on \(kind)")
            if error.code == EAGAIN { return false }
            if error.code != EINTR { throw error }
        }
    }

    /// libzmq hands out whole messages, so the next frame is there (zmq_msg_recv(3)).
    private func receiveNextFrame() throws(ZMQError) {
        guard try receiveFrame() else { throw ZMQError(operation: "receive the next frame on \(kind)", code: EAGAIN) }
    }

    private func dropRest() throws(ZMQError) {
        while hasMore { try receiveNextFrame() }
    }
}
