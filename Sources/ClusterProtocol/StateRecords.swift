package import BanModel

extension MonitorRecord: StateRecord {
    package init?(fields: [Substring]) {
        switch fields.first {
        case "live":
            guard fields.count == 5, let subject = Subject(fields[1], fields[2]),
                let version = Version(fields[3]), let until = Timestamp(field: fields[4])
            else { return nil }
            self = .live(subject, Report.State(version: version, isLifted: false, until: until))
        case "gone":
            guard fields.count == 4, let subject = Subject(fields[1], fields[2]), let version = Version(fields[3])
            else { return nil }
            self = .gone(subject, version)
        case "version":
            guard fields.count == 2, let version = Version(fields[1]) else { return nil }
            self = .version(version)
        case "position":
            guard fields.count == 7, let device = UInt64(fields[1]), let inode = UInt64(fields[2]),
                let offset = UInt64(fields[3]), let headLength = UInt16(fields[4]), let headSum = UInt32(fields[5]),
                let tailSum = UInt32(fields[6])
            else { return nil }
            self = .position(
                LogPosition(
                    device: device, inode: inode, offset: offset, headLength: headLength, headSum: headSum,
                    tailSum: tailSum))
        default:
            return nil
        }
    }

    package var fields: [String] {
        switch self {
        case .live(let subject, let state):
            ["live", subject.jail.name, "\(subject.address)", "\(state.version)", state.until.field]
        case .gone(let subject, let version): ["gone", subject.jail.name, "\(subject.address)", "\(version)"]
        case .version(let version): ["version", "\(version)"]
        case .position(let position):
            [
                "position", "\(position.device)", "\(position.inode)", "\(position.offset)",
                "\(position.headLength)", "\(position.headSum)", "\(position.tailSum)",
            ]
        }
    }
}

extension LedgerRecord: StateRecord {
    package init?(fields: [Substring]) {
        guard fields.count == 4, let step = Step(rawValue: String(fields[0])),
            let subject = Subject(fields[1], fields[2]), let time = Timestamp(field: fields[3])
        else { return nil }
        self.init(subject, step, at: time)
    }

    package var fields: [String] { [step.rawValue, subject.jail.name, "\(subject.address)", time.field] }
}

extension Report: StateRecord {
    package init?(fields: [Substring]) {
        guard fields.count == 7, fields[0] == "banned" || fields[0] == "lifted", let host = Host(fields[1]),
            let source = Origin.Source(rawValue: String(fields[2])), let subject = Subject(fields[3], fields[4]),
            let version = Version(fields[5]), let until = Timestamp(field: fields[6])
        else { return nil }
        let state = State(version: version, isLifted: fields[0] == "lifted", until: until)
        self.init(origin: Origin(host: host, source: source), subject: subject, state: state)
    }

    package var fields: [String] {
        [
            state.isLifted ? "lifted" : "banned", origin.host.name, origin.source.rawValue, subject.jail.name,
            "\(subject.address)", "\(state.version)", state.until.field,
        ]
    }
}

extension Subject {
    fileprivate init?(_ jail: Substring, _ address: Substring) {
        guard let jail = Jail(jail), let address = try? Address(address) else { return nil }
        self.init(jail, address)
    }
}

extension Timestamp {
    /// Microseconds since 1970, or `forever`.
    fileprivate var field: String { self == .forever ? "forever" : "\(microseconds)" }

    fileprivate init?(field: Substring) {
        if field == "forever" {
            self = .forever
        } else {
            guard let number = Int64(field) else { return nil }
            self.init(microseconds: number)
        }
    }
}
