public import BanModel

/// `trust FRIEND MILLIONTHS`.
extension FriendLevel: StateRecord {
    public init?(reading fields: inout FieldReader) {
        guard fields.take("trust"), let friend = fields.word().flatMap({ Cluster($0) }),
            let trust = fields.unsigned().flatMap({ Int(exactly: $0) }).flatMap({ Trust(millionths: $0) }),
            fields.isAtEnd
        else { return nil }
        self.init(friend: friend, trust: trust)
    }

    public func write(to fields: inout FieldWriter) {
        fields.add("trust")
        fields.add(friend.id)
        fields.add(UInt64(trust.millionths))
    }
}

/// A report's line, or a friend's level.
extension CopyRecord: StateRecord {
    public init?(reading fields: inout FieldReader) {
        if fields.isNext("trust") {
            guard let level = FriendLevel(reading: &fields) else { return nil }
            self = .level(level)
        } else {
            guard let report = Report(reading: &fields) else { return nil }
            self = .report(report)
        }
    }

    public func write(to fields: inout FieldWriter) {
        switch self {
        case .report(let report): report.write(to: &fields)
        case .level(let level): level.write(to: &fields)
        }
    }
}
