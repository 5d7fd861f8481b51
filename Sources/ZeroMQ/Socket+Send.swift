import CZeroMQ
import Glibc

extension Socket {
    /// A message of these frames, whole or not at all: false where it would have to wait (EAGAIN), so it was not sent.
    ///
    /// True says that libzmq took it. A ROUTER takes, and drops, what is for a peer it does not know or that does not
    /// keep up (unless `setRouterMandatory`); a PUB or XPUB likewise.
    public mutating func send(_ frames: [[UInt8]]) throws(ZMQError) -> Bool {
        precondition(!frames.isEmpty, "a message has a frame at least")
        var taken = true
        for index in frames.indices {
            let more = index < frames.count - 1 ? ZMQ_SNDMORE : 0
            // A peer that vanishes within a message answers EAGAIN once; libzmq drops what was sent of it, and what
            // follows up to the last frame: so the rest has to follow, or the next message would be dropped instead.
            if try !send(frame: frames[index], flags: more) {
                taken = false
                if index == 0 { return false }
            }
        }
        return taken
    }

    /// Of a mandatory ROUTER: false where the peer does not read what it was sent before. One that is gone needs no answer.
    ///
    /// Who asks again and again within a millisecond has read all its answers, and libzmq need not know it yet: it looks
    /// for what peers have read only so often, unless it is asked to. An answer that is dropped then is waited for for ever.
    public mutating func answer(_ frames: [[UInt8]]) throws(ZMQError) -> Bool {
        do throws(ZMQError) {
            if try send(frames) { return true }
            try learnWhatWasRead()
            return try send(frames)
        } catch {
            guard error.isUnreachable else { throw error }
            return true
        }
    }

    private mutating func learnWhatWasRead() throws(ZMQError) {
        var events: Int32 = 0
        var length = MemoryLayout<Int32>.size
        guard unsafe zmq_getsockopt(handle, ZMQ_EVENTS, &events, &length) == 0 else { throw .last("get ZMQ_EVENTS") }
    }

    /// A message of one frame: false where it would have to wait, so it was not sent.
    public mutating func send(_ bytes: [UInt8]) throws(ZMQError) -> Bool {
        try send(frame: bytes, flags: 0)
    }

    private func send(frame: [UInt8], flags: Int32) throws(ZMQError) -> Bool {
        while true {
            let sent = unsafe frame.withUnsafeBytes {
                unsafe zmq_send(handle, $0.baseAddress, $0.count, flags | ZMQ_DONTWAIT)
            }
            if sent >= 0 { return true }
            let error = ZMQError.last("send on \(kind)")
            if error.code == EAGAIN { return false }
            if error.code != EINTR { throw error }
        }
    }
}
