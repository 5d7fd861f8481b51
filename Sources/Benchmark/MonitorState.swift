internal import BanModel
internal import ClusterProtocol
internal import LinuxSystem

/// Up to where in fail2ban's log the hub has acknowledged everything, by the monitor's state file.
struct MonitorState {
    private static let tail = 4_096

    let path: String

    init(folder: String) { path = "\(folder)/monitor.state" }

    /// The offset in the log; nil where the last bytes of the file say nothing of it.
    func position() throws -> UInt64? {
        guard let size = try FileSystem.status(of: path)?.size else { return nil }
        let file = try File.open(reading: path)
        let bytes = try file.read(atMost: Self.tail, at: max(0, size - Int64(Self.tail)))
        for line in bytes.split(separator: 0x0A).reversed() {
            // A line that is not whole yet, or cut here, has a wrong checksum.
            for case .position(.file(let position)) in MonitorRecord.read(line + [0x0A]).records {
                return position.offset
            }
        }
        return nil
    }
}
