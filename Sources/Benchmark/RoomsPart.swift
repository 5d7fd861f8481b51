internal import BanModel
internal import ClusterCore
internal import ClusterIdentity
internal import ClusterProtocol
internal import Fail2Ban
internal import LinuxSystem

/// What the rooms under the daemons do a second, each by itself; the floor is the least that touches the same data.
struct RoomsPart {
    let workshop: Workshop
    private let now = Timestamp(microseconds: SystemClock.wall())
    private let host = Samples.host("benchmark")

    init(workshop: Workshop) { self.workshop = workshop }

    func measure() throws -> [Figure] {
        let count = workshop.isQuick ? 20_000 : 100_000
        let reports = (0..<count).map { Samples.report($0, by: host, at: now.microseconds) }
        return [parser(count)] + (try wire(Array(reports.prefix(Broadcast.mostReports)))) + (try machines(reports))
            + signatures(reports)
    }

    private func figure(_ name: String, _ ours: Series, floor: Series) -> Figure {
        Figure(.rooms, name, .perSecond, ours.median, floor: floor.median, spread: ours.spread)
    }

    /// The floor looks for the line's end, as the parser's caller does.
    private func parser(_ count: Int) -> Figure {
        workshop.say("rooms: the parser")
        let bytes = BanLog.lines(0..<count)
        let lines = bytes.split(separator: 0x0A)
        var parser = LogParser()
        let ours = Stopwatch.rate {
            for line in lines { Self.use(parser.parse(line, readAt: now)) }
            return lines.count
        }
        let floor = Stopwatch.rate { bytes.withUnsafeBufferPointer { $0.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) } } }
        return figure("parser, lines", ours, floor: floor)
    }

    /// The floor copies the same bytes once.
    private func wire(_ reports: [Report]) throws -> [Figure] {
        workshop.say("rooms: the protocol")
        var figures: [Figure] = []
        for size in [1, reports.count] {
            let broadcast = Broadcast(epoch: 1, sequence: 1_000_000, reports: Array(reports.prefix(size)))
            let request = ReportsRequest(
                host: host, instance: .random(), token: nil, reports: Array(reports.prefix(size)))
            let bytes = (broadcast: broadcast.bytes, request: request.bytes)
            let floor = Stopwatch.rate {
                for _ in 0..<1_000 { Self.use(bytes.broadcast.map { $0 }) }
                return 1_000 * size
            }
            let name = size == 1 ? "alone" : "of \(size)"
            let read = try Stopwatch.rate {
                Self.use(try Broadcast(reading: bytes.broadcast))
                return size
            }
            let written = Stopwatch.rate {
                Self.use(broadcast.bytes)
                return size
            }
            let asked = try Stopwatch.rate {
                Self.use(try HubQuestion(bytes.request))
                return size
            }
            let told = Stopwatch.rate {
                Self.use(request.bytes)
                return size
            }
            figures += [
                figure("broadcast read, reports \(name)", read, floor: floor),
                figure("broadcast written, reports \(name)", written, floor: floor),
                figure("request read, reports \(name)", asked, floor: floor),
                figure("request written, reports \(name)", told, floor: floor),
            ]
        }
        return figures
    }

    /// The floor puts as many numbers into a dictionary.
    private func machines(_ reports: [Report]) throws -> [Figure] {
        workshop.say("rooms: the machines")
        let floor = Stopwatch.rate {
            var table: [UInt64: (Int64, Int64)] = [:]
            for report in reports {
                table[report.subject.address.spread] = (report.state.version, report.state.until.microseconds)
            }
            Self.use(table.count)
            return reports.count
        }
        let later = now + .seconds(1)
        let hub = Stopwatch.rate {
            var hub = Hub(
                settings: Hub.Settings(tokens: nil, ignored: [], bantime: nil, maximumBantime: .seconds(30 * 86_400)),
                epoch: 1)
            let instance = Instance.random()
            for first in stride(from: 0, to: reports.count, by: ReportsRequest.mostReports) {
                let part = Array(reports[first..<min(first + ReportsRequest.mostReports, reports.count)])
                Self.use(hub.take(part, from: host, instance, token: nil, at: later))
            }
            return hub.count
        }
        let subscriber = Stopwatch.rate {
            var machine = Subscriber(
                settings: Subscriber.Settings(
                    host: Samples.host("b"), target: .log, prefixFilter: "", ignored: [], bantime: nil),
                reports: [], records: [])
            var effects = machine.start(at: later)
            for first in stride(from: 0, to: reports.count, by: Broadcast.mostReports) {
                let part = Array(reports[first..<min(first + Broadcast.mostReports, reports.count)])
                effects += machine.heard(part, from: 0, epoch: 1, sequence: UInt64(first + part.count), at: later)
                while let lines = Self.lines(in: effects) {
                    effects = machine.done(with: .changed(lines), at: later)
                }
            }
            return reports.count
        }
        let monitor = Stopwatch.rate {
            var machine = Monitor(
                settings: Monitor.Settings(
                    host: Samples.host("a"), ignoredJails: [], bantime: .seconds(600), asks: false), records: [])
            Self.use(machine.start(at: now))
            let greeting = HubGreeting(
                epoch: 1, sequence: 0, time: now, longestRequest: ReportsRequest.longest,
                reportsPerRequest: ReportsRequest.mostReports, maximumBantime: .seconds(30 * 86_400), version: 0,
                digest: ReportDigest())
            Self.use(machine.greeted(greeting, asked: now, at: now))
            for first in stride(from: 0, to: reports.count, by: ReportsRequest.mostReports) {
                let part = reports[first..<min(first + ReportsRequest.mostReports, reports.count)]
                let lines = part.map {
                    LogRecord(time: now, event: .jail($0.subject.jail, .banned($0.subject.address)))
                }
                Self.use(machine.read(lines, at: now))
                let told = machine.takeReports(atMost: greeting.reportsPerRequest, at: now)
                Self.use(machine.taken(told.count, except: [:], at: now))
            }
            return reports.count
        }
        return [
            figure("monitor, bans read and told", monitor, floor: floor),
            figure("hub, reports merged", hub, floor: floor),
            figure("subscriber, reports merged and obeyed", subscriber, floor: floor),
        ]
    }

    /// The floor is what the library alone needs for the signatures, of which each is shared by sixteen reports.
    private func signatures(_ reports: [Report]) -> [Figure] {
        workshop.say("rooms: signatures")
        let key = ClusterKey(ClusterKey.makeSecret())
        let unsigned = SignatureRate.unsigned(reports, by: key.cluster)
        var signed = unsigned
        key.sign(&signed)
        return [
            figure(
                "signatures made, reports", SignatureRate.signed(unsigned, by: key), floor: SignatureRate.bareSigning),
            figure("signatures looked at, reports", SignatureRate.checked(signed), floor: SignatureRate.bare),
        ]
    }

    /// How many lines the log action is to write.
    private static func lines(in effects: [Subscriber.Effect]) -> Int? {
        for case .act(.write(let lines)) in effects { return lines.count }
        return nil
    }

    /// What nobody uses, the optimizer leaves out.
    @inline(never) private static func use<Value>(_ value: Value) { withExtendedLifetime(value) {} }
}
