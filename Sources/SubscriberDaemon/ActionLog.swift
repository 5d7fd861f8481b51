internal import BanModel
internal import LinuxSystem

/// The log action: the original subscriber's line for each ban and unban, to a file or to syslog (AUTH).
struct ActionLog: ~Copyable {
    private static let ident = "fail2ban-subscriber"
    private static let text = "fail2ban-zmq-tools Subscriber: Got broadcast message: "

    private let path: String?
    private var file: File?
    private var identity: FileIdentity?

    /// - Parameter path: nil for syslog.
    init(path: String?) { self.path = path }

    /// All of them or none; a file that was renamed is left to whoever renamed it.
    mutating func write(_ lines: [Announcement]) throws(SystemError) {
        guard let path else {
            for line in lines { SystemLog.write(ident: Self.ident, facility: .auth, "\(Self.text)\(line)") }
            return
        }
        let current = try FileSystem.status(of: path)?.identity
        if identity == nil || current != identity {
            let opened = try File.open(appending: path, mode: 0o640)
            identity = try opened.status.identity
            file = consume opened
        }
        let head = Array("\(SystemClock.localTime()) \(Self.ident): \(Self.text)".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.count * (head.count + 64))
        for line in lines {
            bytes += head
            line.append(to: &bytes)
            bytes.append(0x0A)
        }
        try file!.append(bytes)
    }
}
