internal import LinuxSystem

/// fail2ban's log, as fail2ban would write it.
struct BanLog: ~Copyable {
    private var file: File

    init(path: String) throws { file = try File.open(appending: path, mode: 0o644) }

    /// One line, in one write.
    mutating func write(_ number: Int) throws {
        try file.append(Array(Samples.line(number, stamp: SystemClock.localTime()).utf8))
    }

    mutating func append(_ bytes: [UInt8]) throws { try file.append(bytes) }

    /// In bytes.
    var size: Int64 { get throws { try file.size } }

    /// Many lines of this moment.
    static func lines(_ numbers: Range<Int>) -> [UInt8] {
        let stamp = SystemClock.localTime()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count * 90)
        for number in numbers { bytes += Samples.line(number, stamp: stamp).utf8 }
        return bytes
    }
}
