internal import BanModel

/// A host's fail2ban.log and what rotation has made of it.
final class SimulatedLog {

    /// A place: the file's number and how many of its lines were read.
    struct Place: Hashable, Comparable {
        var file: Int
        var line: Int

        static func < (left: Place, right: Place) -> Bool { (left.file, left.line) < (right.file, right.line) }
    }

    private unowned(unsafe) let host: SimulatedHost
    private var files: [[LogRecord]] = [[]]
    /// Files before this one are gone.
    private var first = 0
    /// Lines are written in their order, a moment after what they tell.
    private var lastWrite: Int64 = 0
    private var chance: SeededGenerator

    init(of host: SimulatedHost) {
        self.host = host
        chance = SeededGenerator(seed: host.world.schedule.seed, stream: 200 + UInt64(host.index))
    }

    func write(_ event: LogRecord.Event, after delay: Int64 = 0) {
        lastWrite = max(lastWrite, host.world.now + delay + chance.between(0, 3_000))
        host.world.at(lastWrite) { [self] in
            let time = Timestamp(microseconds: host.clock.microseconds / 1_000 * 1_000)
            if case .jail(let jail, .banned(let address)) = event {
                host.fail2ban.noteLine(Subject(jail, address), at: end, time)
            }
            files[files.count - 1].append(LogRecord(time: time, event: event))
            host.world.trace("h\(host.index) log: \(event)")
            host.monitor.wake(after: chance.between(50, 2_000))
        }
    }

    func rotate(keepsOld: Bool) {
        host.world.reached(.rotated)
        files.append([])
        if !keepsOld {
            first = files.count - 1
            host.world.reached(.rotatedAway)
        }
    }

    var end: Place { Place(file: files.count - 1, line: files[files.count - 1].count) }

    var hasLostFiles: Bool { first > 0 }

    /// Whether the place is still there.
    func holds(_ place: Place) -> Bool { place.file >= first }

    /// The beginning of the log as it is now.
    var beginning: Place { Place(file: files.count - 1, line: 0) }

    /// What follows, through every rotation; the place moves behind it. The open file is read to its end though it may be
    /// gone by now; whether files behind it are gone that nobody has read is returned too.
    func read(from place: inout Place) -> (records: [LogRecord], hasGap: Bool) {
        var records: [LogRecord] = []
        var hasGap = false
        while true {
            let count = files[place.file].count
            if place.line < count { records += files[place.file][place.line...] }
            place.line = count
            guard place.file + 1 < files.count else { return (records, hasGap) }
            let next = max(place.file + 1, first)
            if next > place.file + 1 { hasGap = true }
            place = Place(file: next, line: 0)
        }
    }
}

extension SimulatedLog.Place {
    var position: LogPosition {
        LogPosition(
            device: 1, inode: UInt64(file + 1), offset: UInt64(line), headLength: 0, headSum: 0, tailSum: 0)
    }

    init?(_ position: LogPosition) {
        guard let file = position.file else { return nil }
        self.init(file: Int(file.inode) - 1, line: Int(file.offset))
    }
}
