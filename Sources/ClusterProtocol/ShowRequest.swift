public import BanModel

/// What is known of an address (docs/protocol.md).
///
///     SHOW|HOST [TOKEN]
///     ADDRESS
public struct ShowRequest: Hashable, Sendable {
    static let verb = "SHOW"

    public var asker: Asker
    public var address: Address

    public init(asker: Asker, address: Address) {
        self.asker = asker
        self.address = address
    }

    public var bytes: [UInt8] { AskedLines.bytes(Self.verb, asker, address.description) }

    /// nil where the request is another one.
    init?(reading bytes: [UInt8]) throws(HubRefusal) {
        guard let request = try AskedLines(Self.verb, reading: bytes) else { return nil }
        self.init(asker: request.asker, address: try request.onlyAddress)
    }
}

extension AskedLines {
    /// Of a request whose one line is an address.
    var onlyAddress: Address {
        get throws(HubRefusal) {
            try only { (fields) throws(HubRefusal) -> Address? in
                guard let text = fields.word() else { return nil }
                do throws(Address.Fault) {
                    return try Address(text)
                } catch {
                    throw HubRefusal(.never, "\(error)")
                }
            }
        }
    }
}

/// The hub's answer to ``ShowRequest``.
///
///     SHOWN EPOCH LATEST
///     SEQUENCE banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
///     obeyed HOST EPOCH SEQUENCE
public enum ShowReply: Hashable, Sendable {
    case account(AddressAccount)
    case refusal(HubRefusal)
    case nonsense

    public var bytes: [UInt8] {
        switch self {
        case .account(let account): account.bytes
        case .refusal(let refusal): refusal.bytes
        case .nonsense: []
        }
    }

    public init(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else {
            self = AddressAccount(reading: bytes).map { .account($0) } ?? .nonsense
        }
    }
}

extension AddressAccount {
    private static let head = "SHOWN"
    private static let mark = "obeyed"

    fileprivate var bytes: [UInt8] {
        var fields = FieldWriter()
        fields.append("\(Self.head) \(hexadecimal(epoch)) \(latest)")
        for entry in entries {
            fields.endLine()
            fields.add(entry.sequence)
            entry.report.write(to: &fields)
        }
        for word in obeyed {
            fields.endLine()
            fields.append("\(Self.mark) \(word.host) \(hexadecimal(word.epoch)) \(word.sequence)")
        }
        return fields.bytes
    }

    fileprivate init?(reading bytes: [UInt8]) {
        guard bytes.count <= SyncBounds.longest else { return nil }
        var fields = FieldReader(bytes)
        guard fields.word() == Self.head, let epoch = fields.hexadecimal(), let latest = fields.unsigned(),
            fields.isAtEnd
        else { return nil }
        self.init(epoch: epoch, latest: latest, entries: [], obeyed: [])
        while fields.nextLine() {
            if let sequence = fields.unsigned() {
                guard let report = Report(reading: &fields) else { return nil }
                entries.append(Entry(sequence: sequence, report: report))
                continue
            }
            fields.beginLineAgain()
            guard fields.word() == Self.mark, let host = fields.host(), let epoch = fields.hexadecimal(),
                let sequence = fields.unsigned(), fields.isAtEnd
            else { return nil }
            obeyed.append(Obeyed(host: host, epoch: epoch, sequence: sequence))
        }
    }
}
