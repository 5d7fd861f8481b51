import Glibc

/// One `struct inotify_event`, as the kernel writes it.
struct FileEvent: Equatable {
    let watch: Int32
    let mask: UInt32
    /// Nil where the event is about the watched thing itself, or where the name is not UTF-8.
    let name: String?

    private static let headerSize = 16

    func has<Mask: BinaryInteger>(_ bits: Mask) -> Bool { mask & UInt32(truncatingIfNeeded: bits) != 0 }

    /// The whole events of a buffer; a cut one at the end, which the kernel never writes, is left out.
    static func parse(_ buffer: UnsafeRawBufferPointer) -> [FileEvent] {
        var events: [FileEvent] = []
        var offset = 0
        while buffer.count - offset >= headerSize {
            // Nothing promises that names keep the next header aligned, nor that the buffer is.
            let watch = buffer.loadUnaligned(fromByteOffset: offset, as: Int32.self)
            let mask = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            offset += headerSize
            guard length <= buffer.count - offset else { break }
            // The name is filled up with zeros.
            let name = buffer[offset..<offset + length].prefix { $0 != 0 }
            events.append(
                FileEvent(
                    watch: watch, mask: mask, name: name.isEmpty ? nil : String(validating: name, as: UTF8.self)))
            offset += length
        }
        return events
    }
}
