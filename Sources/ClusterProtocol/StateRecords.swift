package import BanModel

extension MonitorRecord: StateRecord {
    package init?(fields: [Substring]) {
        var fields = fields
        var source = Origin.Source.log
        if let named = fields.first.flatMap({ Origin.Source(rawValue: String($0)) }) {
            source = named
            fields.removeFirst()
        }
        switch fields.first {
        case "live", "lifted":
            guard let subject = Subject(fields, at: 1), let state = Report.State(fields, at: 3, "lifted") else {
                return nil
            }
            self = .live(HostClaim(source, subject), state)
        case "pardoned":
            guard let subject = Subject(fields, at: 1), let state = Report.State(fields, at: 3, "pardoned") else {
                return nil
            }
            self = .pardoned(HostClaim(source, subject), state)
        case "gone":
            guard fields.count == 4, let subject = Subject(fields, at: 1), let version = Version(fields[3]) else {
                return nil
            }
            self = .gone(HostClaim(source, subject), version)
        case "clock":
            guard fields.count == 2, let offset = Int64(fields[1]) else { return nil }
            self = .clock(.microseconds(offset))
        case "instance":
            guard fields.count == 2, let instance = Instance(fields[1]) else { return nil }
            self = .instance(instance)
        case "version":
            guard fields.count == 2, let version = Version(fields[1]) else { return nil }
            self = .version(version)
        case "position":
            guard let position = FilePosition(fields: fields.dropFirst()) else { return nil }
            self = .position(.file(position))
        case "spool":
            guard let position = FilePosition(fields: fields.dropFirst()) else { return nil }
            self = .spool(position)
        case "cursor":
            guard fields.count == 2, let cursor = JournalCursor(fields[1]) else { return nil }
            self = .position(.journal(cursor))
        default:
            return nil
        }
    }

    package var fields: [String] {
        switch self {
        case .live(let claim, let state):
            claim.source.prefix + [state.isLifted ? "lifted" : "live", claim.jail.name, "\(claim.address)"]
                + state.fields
        case .pardoned(let claim, let state):
            claim.source.prefix + ["pardoned", claim.jail.name, "\(claim.address)"] + state.fields
        case .gone(let claim, let version):
            claim.source.prefix + ["gone", claim.jail.name, "\(claim.address)", "\(version)"]
        case .clock(let offset): ["clock", "\(offset.microseconds)"]
        case .instance(let instance): ["instance", "\(instance)"]
        case .version(let version): ["version", "\(version)"]
        case .position(.journal(let cursor)): ["cursor", cursor.text]
        case .position(.file(let position)): ["position"] + position.fields
        case .spool(let position): ["spool"] + position.fields
        }
    }
}

extension FilePosition {
    fileprivate init?(fields: ArraySlice<Substring>) {
        let fields = Array(fields)
        guard fields.count == 6, let device = UInt64(fields[0]), let inode = UInt64(fields[1]),
            let offset = UInt64(fields[2]), let headLength = UInt16(fields[3]), let headSum = UInt32(fields[4]),
            let tailSum = UInt32(fields[5])
        else { return nil }
        self.init(
            device: device, inode: inode, offset: offset, headLength: headLength, headSum: headSum, tailSum: tailSum)
    }

    fileprivate var fields: [String] {
        ["\(device)", "\(inode)", "\(offset)", "\(headLength)", "\(headSum)", "\(tailSum)"]
    }
}

extension Origin.Source {
    /// What stands before a record of another source than the log.
    fileprivate var prefix: [String] { self == .log ? [] : [rawValue] }
}

extension LedgerRecord: StateRecord {
    package init?(fields: [Substring]) {
        guard fields.count >= 4, let step = Step(rawValue: String(fields[0])),
            let subject = Subject(fields, at: 1), let time = Timestamp(field: fields[3])
        else { return nil }
        let witnesses = fields[4...].compactMap { Host($0) }
        guard witnesses.count == fields.count - 4, witnesses.isEmpty || step == .yielded else { return nil }
        self.init(subject, step, at: time, witnesses: Set(witnesses))
    }

    package var fields: [String] {
        [step.rawValue, subject.jail.name, "\(subject.address)", time.field] + witnesses.sorted().map(\.name)
    }
}

/// `HOST SOURCE JAIL ADDRESS`.
extension ReportKey {
    init?(fields: ArraySlice<Substring>) {
        let fields = Array(fields)
        guard fields.count == 4, let host = Host(fields[0]), let source = Origin.Source(rawValue: String(fields[1])),
            let subject = Subject(fields, at: 2)
        else { return nil }
        self.init(Origin(host: host, source: source), subject)
    }

    var fields: [String] { [origin.host.name, origin.source.rawValue, subject.jail.name, "\(subject.address)"] }
}

/// `banned HOST SOURCE JAIL ADDRESS VERSION UNTIL [FORGET]`, or `lifted …`, or `pardoned …`: in files and on the wire.
extension Report: StateRecord {
    package init?(fields: [Substring]) {
        guard fields.count >= 3, ["banned", "lifted", "pardoned"].contains(fields[0]), let host = Host(fields[1]),
            let source = Origin.Source(rawValue: String(fields[2])), let subject = Subject(fields, at: 3),
            var state = State(fields, at: 5, "lifted")
        else { return nil }
        if fields[0] == "pardoned" { (state.isLifted, state.isPardoned) = (true, true) }
        self.init(origin: Origin(host: host, source: source), subject: subject, state: state)
    }

    package var fields: [String] {
        [
            state.isPardoned ? "pardoned" : state.isLifted ? "lifted" : "banned", origin.host.name,
            origin.source.rawValue, subject.jail.name,
            "\(subject.address)",
        ] + state.fields
    }
}

extension Report.State {
    /// Its fields are the last ones: `VERSION UNTIL [FORGET]`; the first of all says whether it is lifted.
    fileprivate init?(_ fields: [Substring], at index: Int, _ lifted: String) {
        guard (index + 2...index + 3).contains(fields.count), let version = Version(fields[index]),
            (0...Version.latest).contains(version),
            let until = Timestamp(field: fields[index + 1])
        else { return nil }
        var forget: Timestamp?
        if fields.count == index + 3 {
            forget = Timestamp(field: fields[index + 2])
            guard let forget, forget > until else { return nil }
        }
        self.init(version: version, isLifted: fields[0] == lifted, until: until, forget: forget)
    }

    fileprivate var fields: [String] {
        ["\(version)", until.field] + (forget == until ? [] : [forget.field])
    }
}

extension Subject {
    /// `JAIL ADDRESS` from this index on.
    fileprivate init?(_ fields: [Substring], at index: Int) {
        guard fields.count >= index + 2, let jail = Jail(fields[index]), let address = try? Address(fields[index + 1])
        else { return nil }
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
