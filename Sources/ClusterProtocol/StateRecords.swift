public import BanModel

extension MonitorRecord: StateRecord {
    public init?(reading fields: inout FieldReader) {
        var word = fields.word()
        var source = Origin.Source.log
        if let named = word.flatMap(Origin.Source.init) {
            source = named
            word = fields.word()
        }
        switch word {
        case "live", "lifted":
            guard let subject = Subject(reading: &fields),
                let state = Report.State(reading: &fields, isLifted: word == "lifted")
            else { return nil }
            self = .live(HostClaim(source, subject), state)
        case "pardoned":
            guard let subject = Subject(reading: &fields), let state = Report.State(reading: &fields, isLifted: true)
            else { return nil }
            self = .pardoned(HostClaim(source, subject), state)
        case "gone":
            guard let subject = Subject(reading: &fields), let version = fields.integer() else { return nil }
            self = .gone(HostClaim(source, subject), version)
        case "clock":
            guard let offset = fields.integer() else { return nil }
            self = .clock(.microseconds(offset))
        case "instance":
            guard let instance = fields.word().flatMap({ Instance($0) }) else { return nil }
            self = .instance(instance)
        case "version":
            guard let version = fields.integer() else { return nil }
            self = .version(version)
        case "position":
            guard let position = FilePosition(reading: &fields) else { return nil }
            self = .position(.file(position))
        case "spool":
            guard let position = FilePosition(reading: &fields) else { return nil }
            self = .spool(position)
        case "cursor":
            guard let cursor = fields.word().flatMap({ JournalCursor($0) }) else { return nil }
            self = .position(.journal(cursor))
        default: return nil
        }
        guard fields.isAtEnd else { return nil }
    }

    public func write(to fields: inout FieldWriter) {
        switch self {
        case .live(let claim, let state):
            claim.write(state.isLifted ? "lifted" : "live", to: &fields)
            state.write(to: &fields)
        case .pardoned(let claim, let state):
            claim.write("pardoned", to: &fields)
            state.write(to: &fields)
        case .gone(let claim, let version):
            claim.write("gone", to: &fields)
            fields.add(version)
        case .clock(let offset):
            fields.add("clock")
            fields.add(offset.microseconds)
        case .instance(let instance):
            fields.add("instance")
            fields.add(instance.description)
        case .version(let version):
            fields.add("version")
            fields.add(version)
        case .position(.journal(let cursor)):
            fields.add("cursor")
            fields.add(cursor.text)
        case .position(.file(let position)):
            fields.add("position")
            position.write(to: &fields)
        case .spool(let position):
            fields.add("spool")
            position.write(to: &fields)
        }
    }
}

extension HostClaim {
    /// What a monitor's record of it begins with; a source stands before it where it is another one than the log.
    fileprivate func write(_ word: String, to fields: inout FieldWriter) {
        if source != .log { fields.add(source.rawValue) }
        fields.add(word)
        subject.write(to: &fields)
    }
}

extension FilePosition {
    fileprivate init?(reading fields: inout FieldReader) {
        guard let device = fields.unsigned(), let inode = fields.unsigned(), let offset = fields.unsigned(),
            let headLength = fields.unsigned().flatMap({ UInt16(exactly: $0) }),
            let headSum = fields.unsigned().flatMap({ UInt32(exactly: $0) }),
            let tailSum = fields.unsigned().flatMap({ UInt32(exactly: $0) })
        else { return nil }
        self.init(
            device: device, inode: inode, offset: offset, headLength: headLength, headSum: headSum, tailSum: tailSum)
    }

    fileprivate func write(to fields: inout FieldWriter) {
        for number in [device, inode, offset, UInt64(headLength), UInt64(headSum), UInt64(tailSum)] {
            fields.add(number)
        }
    }
}

extension LedgerRecord: StateRecord {
    public init?(reading fields: inout FieldReader) {
        guard let step = fields.word().flatMap(Step.init), let subject = Subject(reading: &fields),
            let time = Timestamp(reading: &fields)
        else { return nil }
        var witnesses: Set<Host> = []
        while !fields.isAtEnd {
            guard step == .yielded, let witness = fields.host() else { return nil }
            witnesses.insert(witness)
        }
        self.init(subject, step, at: time, witnesses: witnesses)
    }

    public func write(to fields: inout FieldWriter) {
        fields.add(step.rawValue)
        subject.write(to: &fields)
        time.write(to: &fields)
        for witness in witnesses.sorted() { fields.add(witness.name) }
    }
}

/// `HOST SOURCE JAIL ADDRESS`; of another cluster's host, that friend told us of, `CLUSTER/HOST@FRIEND`.
extension ReportKey {
    init?(reading fields: inout FieldReader) {
        guard let (host, foreign) = fields.originHost(), let source = fields.source(),
            let subject = Subject(reading: &fields)
        else { return nil }
        self.init(Origin(host: host, source: source, foreign: foreign), subject)
    }

    func write(to fields: inout FieldWriter) {
        if let foreign = origin.foreign {
            fields.add("\(foreign.cluster)/\(origin.host)@\(foreign.friend)")
        } else {
            fields.add(origin.host.name)
        }
        fields.add(origin.source.rawValue)
        subject.write(to: &fields)
    }
}

/// `banned HOST SOURCE JAIL ADDRESS VERSION UNTIL [FORGET] [weighs …]`, or `lifted …`, or `pardoned …`: in files and on
/// the wire.
extension Report: StateRecord {
    public init?(reading fields: inout FieldReader) {
        let isBan = fields.take("banned")
        let isPardon = !isBan && fields.take("pardoned")
        guard isBan || isPardon || fields.take("lifted"), let key = ReportKey(reading: &fields),
            let state = State(reading: &fields, isLifted: !isBan, isPardoned: isPardon)
        else { return nil }
        self.init(origin: key.origin, subject: key.subject, state: state)
        guard !fields.isAtEnd else { return }
        guard let (way, signature) = Way.read(&fields) else { return nil }
        (self.way, self.signature) = (way, signature)
    }

    public func write(to fields: inout FieldWriter) {
        fields.add(state.isPardoned ? "pardoned" : state.isLifted ? "lifted" : "banned")
        key.write(to: &fields)
        state.write(to: &fields)
        way?.write(to: &fields, signature)
    }
}

/// `banned CLUSTER/HOST SOURCE JAIL ADDRESS VERSION UNTIL [FORGET] weighs TRUST by HOPS SIGNATURE`, or `lifted …`: as
/// friends tell it each other.
extension SharedReport: StateRecord {
    public init?(reading fields: inout FieldReader) {
        let isBan = fields.take("banned")
        guard isBan || fields.take("lifted"), let (cluster, host) = fields.clusterHost(), let source = fields.source(),
            let subject = Subject(reading: &fields),
            let state = Report.State(reading: &fields, isLifted: !isBan), let (way, signature) = Way.read(&fields),
            !way.hops.isEmpty, let signature
        else { return nil }
        self.init(
            cluster: cluster, host: host, source: source, subject: subject, state: state, way: way,
            signature: signature)
    }

    public func write(to fields: inout FieldWriter) {
        fields.add(state.isLifted ? "lifted" : "banned")
        fields.add("\(cluster)/\(host)")
        fields.add(source.rawValue)
        subject.write(to: &fields)
        state.write(to: &fields)
        way.write(to: &fields, signature)
    }
}

/// `weighs TRUST [by HOP,… [SIGNATURE]]`, the last words of their line; TRUST in millionths.
extension Way {
    fileprivate static func read(_ fields: inout FieldReader) -> (way: Way, signature: Signature?)? {
        guard fields.take("weighs"), let number = fields.unsigned().flatMap({ Int(exactly: $0) }),
            let trust = Trust(millionths: number)
        else { return nil }
        var way = Way(trust: trust)
        if fields.isAtEnd { return (way, nil) }
        // One more than is taken: who takes them counts them.
        guard fields.take("by"), let hops = fields.clusters(atMost: mostHops + 1) else { return nil }
        way.hops = hops
        if fields.isAtEnd { return (way, nil) }
        guard let signature = fields.signature(), fields.isAtEnd else { return nil }
        return (way, signature)
    }

    fileprivate func write(to fields: inout FieldWriter, _ signature: Signature?) {
        fields.add("weighs")
        fields.add(UInt64(trust.millionths))
        guard !hops.isEmpty else { return }
        fields.add("by")
        fields.add(hops)
        if let signature { fields.add(signature) }
    }
}

extension Report.State {
    /// `VERSION UNTIL [FORGET]`.
    fileprivate init?(reading fields: inout FieldReader, isLifted: Bool, isPardoned: Bool = false) {
        guard let version = fields.integer(), (0...Version.latest).contains(version),
            let until = Timestamp(reading: &fields)
        else { return nil }
        var forget: Timestamp?
        if !fields.isAtEnd, !fields.isNext("weighs") {
            forget = Timestamp(reading: &fields)
            guard let forget, forget > until else { return nil }
        }
        self.init(version: version, isLifted: isLifted, isPardoned: isPardoned, until: until, forget: forget)
    }

    fileprivate func write(to fields: inout FieldWriter) {
        fields.add(version)
        until.write(to: &fields)
        if forget != until { forget.write(to: &fields) }
    }
}

extension Subject {
    /// `JAIL ADDRESS`.
    init?(reading fields: inout FieldReader) {
        guard let jail = fields.jail(), let address = fields.address() else { return nil }
        self.init(jail, address)
    }

    func write(to fields: inout FieldWriter) {
        fields.add(jail.name)
        fields.add(address)
    }
}

extension Timestamp {
    /// Microseconds since 1970, or `forever`.
    fileprivate init?(reading fields: inout FieldReader) {
        var whole = fields
        if let number = fields.integer() {
            self.init(microseconds: number)
        } else if whole.word() == Self.foreverWord {
            self = .forever
        } else {
            return nil
        }
    }

    fileprivate func write(to fields: inout FieldWriter) {
        if self == .forever { fields.add(Self.foreverWord) } else { fields.add(microseconds) }
    }

    private static let foreverWord = "forever"
}
