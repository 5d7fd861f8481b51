internal import LinuxSystem

/// How many lines a file has that grows: only what is new is read.
struct LineCount: ~Copyable {
    private static let chunk = 1 << 20

    private let path: String
    private var file: File?
    private var offset: Int64 = 0
    private(set) var count = 0

    init(of path: String) { self.path = path }

    mutating func look() throws -> Int {
        if file == nil {
            guard try FileSystem.status(of: path) != nil else { return 0 }
            file = try File.open(reading: path)
        }
        while let bytes = try file?.read(atMost: Self.chunk, at: offset), !bytes.isEmpty {
            offset += Int64(bytes.count)
            count += bytes.withUnsafeBufferPointer { $0.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) } }
        }
        return count
    }
}
