public import BanModel

/// How far a subscriber has come (docs/protocol.md); the hub answers `NOTED`.
///
///     PROGRESS|HOST [TOKEN]
///     EPOCH HELD OBEYED
public struct ProgressRequest: Hashable, Sendable {
    static let verb = "PROGRESS"
    /// The reply.
    public static let noted = Array("NOTED".utf8)

    public var asker: Asker
    public var progress: CopyProgress

    public init(asker: Asker, progress: CopyProgress) {
        self.asker = asker
        self.progress = progress
    }

    public var bytes: [UInt8] {
        AskedLines.bytes(Self.verb, asker, "\(hexadecimal(progress.epoch)) \(progress.held) \(progress.obeyed)")
    }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard let request = try AskedLines(Self.verb, reading: bytes) else { return nil }
        let progress = try request.only { (fields) throws(HubRefusal) -> CopyProgress? in
            guard let epoch = fields.hexadecimal(), let held = fields.unsigned(), let obeyed = fields.unsigned() else {
                return nil
            }
            return CopyProgress(epoch: epoch, held: held, obeyed: obeyed)
        }
        self.init(asker: request.asker, progress: progress)
    }
}
