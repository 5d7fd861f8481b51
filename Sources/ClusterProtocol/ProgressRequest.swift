package import BanModel

/// How far a subscriber has come (docs/protocol.md); the hub answers `NOTED`.
///
///     PROGRESS|HOST [TOKEN]
///     EPOCH HELD OBEYED
package struct ProgressRequest: Hashable, Sendable {
    static let verb = "PROGRESS"
    /// The reply.
    package static let noted = Array("NOTED".utf8)

    package var asker: Asker
    package var progress: CopyProgress

    package init(asker: Asker, progress: CopyProgress) {
        self.asker = asker
        self.progress = progress
    }

    package var bytes: [UInt8] {
        AskedLines.bytes(Self.verb, asker, "\(hexadecimal(progress.epoch)) \(progress.held) \(progress.obeyed)")
    }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard let request = try AskedLines(Self.verb, reading: bytes) else { return nil }
        let words = request.lines.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
        guard request.lines.count == 1, words.count == 3, let epoch = UInt64(words[0], radix: 16),
            let held = UInt64(words[1]), let obeyed = UInt64(words[2])
        else { throw HubRefusal(.never, "a request that is not understood") }
        self.init(asker: request.asker, progress: CopyProgress(epoch: epoch, held: held, obeyed: obeyed))
    }
}
