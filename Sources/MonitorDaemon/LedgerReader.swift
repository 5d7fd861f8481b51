internal import BanModel
internal import ClusterProtocol
internal import LinuxSystem

/// Reads what the subscriber of this host writes into its ledger, as it is written.
struct LedgerReader: ~Copyable {
    private static let chunk = 1 << 20

    enum News {
        /// The file was written anew: what follows is all of it.
        case begins
        case record(LedgerRecord)
    }

    private let path: String
    private var file: File?
    private var identity: FileIdentity?
    private var offset: UInt64 = 0

    init(path: String) { self.path = path }

    /// What has come since the last look; one system call where nothing has.
    mutating func read(_ take: (News) -> Void) throws(SystemError) {
        guard let current = try FileSystem.status(of: path) else { return }
        if current.identity != identity {
            let opened = try File.open(reading: path)
            identity = try opened.status.identity
            file = consume opened
            offset = 0
            take(.begins)
        }
        while UInt64(current.size) > offset {
            let bytes = try file!.read(atMost: Self.chunk, at: Int64(offset))
            let (records, whole) = LedgerRecord.read(bytes)
            guard whole > 0 else { return }  // the line that is being written comes with the next look
            offset += UInt64(whole)
            for record in records { take(.record(record)) }
        }
    }
}
