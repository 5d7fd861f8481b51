package import BanModel

/// What is known of an address (docs/protocol.md).
///
///     SHOW|HOST [TOKEN]
///     ADDRESS
package struct ShowRequest: Hashable, Sendable {
    static let verb = "SHOW"

    package var asker: Asker
    package var address: Address

    package init(asker: Asker, address: Address) {
        self.asker = asker
        self.address = address
    }

    package var bytes: [UInt8] { AskedLines.bytes(Self.verb, asker, address.description) }

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
            guard lines.count == 1 else { throw HubRefusal(.never, "a request that is not understood") }
            do throws(Address.Fault) {
                return try Address(lines[0])
            } catch {
                throw HubRefusal(.never, "\(error)")
            }
        }
    }
}

/// The hub's answer to ``ShowRequest``.
///
///     SHOWN EPOCH LATEST
///     SEQUENCE banned web1 log sshd 192.0.2.1 1800000000000000 1800000600000000
///     obeyed HOST EPOCH SEQUENCE
package enum ShowReply: Hashable, Sendable {
    case account(AddressAccount)
    case refusal(HubRefusal)
    case nonsense

    package var bytes: [UInt8] {
        switch self {
        case .account(let account): account.bytes
        case .refusal(let refusal): refusal.bytes
        case .nonsense: []
        }
    }

    package init(_ bytes: [UInt8]) {
        if let refusal = HubRefusal(reading: bytes) {
            self = .refusal(refusal)
        } else {
            self = AddressAccount(reading: bytes).map { .account($0) } ?? .nonsense
        }
    }
}

extension AddressAccount {
    private static let head: Substring = "SHOWN"
    private static let mark: Substring = "obeyed"

    fileprivate var bytes: [UInt8] {
        var text = "\(Self.head) \(hexadecimal(epoch)) \(latest)"
        for entry in entries { text += "\n\(entry.sequence) \(entry.report.fields.joined(separator: " "))" }
        for word in obeyed { text += "\n\(Self.mark) \(word.host) \(hexadecimal(word.epoch)) \(word.sequence)" }
        return Array(text.utf8)
    }

    fileprivate init?(reading bytes: [UInt8]) {
        guard bytes.count <= SyncReply.longest, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { Substring($0).split(separator: " ", omittingEmptySubsequences: false) }
        guard lines[0].count == 3, lines[0][0] == Self.head, let epoch = UInt64(lines[0][1], radix: 16),
            let latest = UInt64(lines[0][2])
        else { return nil }
        self.init(epoch: epoch, latest: latest, entries: [], obeyed: [])
        for words in lines.dropFirst() {
            if words[0] == Self.mark {
                guard words.count == 4, let host = Host(words[1]), let epoch = UInt64(words[2], radix: 16),
                    let sequence = UInt64(words[3])
                else { return nil }
                obeyed.append(Obeyed(host: host, epoch: epoch, sequence: sequence))
            } else {
                guard let sequence = UInt64(words[0]), let report = Report(fields: Array(words.dropFirst())) else {
                    return nil
                }
                entries.append(Entry(sequence: sequence, report: report))
            }
        }
    }
}
