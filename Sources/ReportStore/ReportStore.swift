public import BanModel
public import LinuxSystem

/// The hub's reports on disk: a database, and a thread that alone writes it.
///
/// Opening and reading block, and are for the start. ``write(_:ticket:)`` never does: the thread takes all that waits,
/// commits it as one transaction, and posts what came of it. What could not be stored waits in memory, of each report the
/// newest change, and is tried again after pauses that grow. ``end()`` it before it goes.
public final class ReportStore: Sendable {
    /// What came of the changes; its descriptor is readable while something waits.
    public let outcomes: Mailbox<StoreOutcome>
    /// Held for whole transactions: by the thread alone once the start is over.
    private let database: Guarded<ReportDatabase>
    private let waiting = Guarded(Waiting())
    private let wakeup: Wakeup
    private let schedule: FoldSchedule
    private let ended: Wakeup

    private struct Waiting: Sendable {
        var changes = WaitingChanges()
        /// Once the reports were read: how many changes are not brought into them, and whether that was tried in vain.
        var left: (count: Int, isPostponed: Bool)?
        var isEnding = false
    }

    /// Opens the database, which is made where there is none. Blocks.
    ///
    /// A damaged one is moved aside, and an empty one begun (``StoreOutcome/startedOver(_:)``): bans end by themselves and
    /// monitors tell again what is missing, while a hub that does not start protects nobody. One that another program or
    /// a newer hub wrote is left alone, and refused, as is one that cannot be written now.
    public convenience init(path: String) throws(StoreError) { try self.init(path: path, pauses: Pauses()) }

    init(path: String, pauses: Pauses, schedule: FoldSchedule = FoldSchedule()) throws(StoreError) {
        var opened = try ReportDatabase(path: path)
        do throws(StoreError) {
            try opened.open()
        } catch {
            guard error.isLoss else { throw error }
            try opened.abandon(after: error)
            try opened.open()
        }
        let restart = opened.takeRestart()
        self.schedule = schedule
        database = Guarded(opened)
        do throws(SystemError) {
            (outcomes, wakeup, ended) = (try Mailbox(), try Wakeup(), try Wakeup())
        } catch {
            throw StoreError(error, path)
        }
        if let restart { outcomes.post(.startedOver(restart)) }
        startThread("store") { self.serve(pauses) }
    }

    // MARK: At the start

    /// Hands out all reports, at most `chunk` at a time, and looks through the file. Blocks: about two seconds for
    /// 1,000,000, and three more for each 1,000,000 changes that a storm left behind.
    ///
    /// Of a damaged database what can be read is handed out, and an empty one begun (``StoreOutcome/startedOver(_:)``).
    public func load(chunk: Int = 10_000, _ each: ([Report]) -> Void) throws(StoreError) {
        let left = try database.withLock { database throws(StoreError) in
            var isPostponed = false
            do throws(StoreError) {
                // What is left is in memory while the reports are read. Nothing is written into what is damaged.
                if try database.countChanges() > schedule.part { try database.check() }
                while database.changeCount > schedule.part { try database.fold(schedule.part) }
            } catch {
                // What is lost, reading finds too, and hands out what is not.
                isPostponed = !error.isLoss
                if isPostponed { outcomes.post(.postponed(error)) }
            }
            do throws(StoreError) {
                try database.load(chunk: chunk, each)
            } catch {
                guard error.isLoss else { throw error }
                try database.abandon(after: error)
                try attempt(WaitingChanges(), &database)
            }
            return (try database.countChanges(), isPostponed)
        }
        waiting.withLock { $0.left = left }
        wakeup.signal()
    }

    /// A note as it is on disk; nil where there is none of this name. Blocks.
    public func note(_ name: String) throws(StoreError) -> String? {
        try database.withLock { database throws(StoreError) in try database.note(name) }
    }

    // MARK: From then on

    /// Never blocks. Of changes of one report the last counts.
    ///
    /// - Parameter ticket: of this call, higher than of every call before it. Without changes it asks for word when all
    ///   that was given before is on disk.
    public func write(_ changes: [StoreChange], ticket: UInt64) {
        waiting.withLock { $0.changes.add(changes, ticket: ticket) }
        wakeup.signal()
    }

    /// Tries once more to store what waits, closes the database, and returns when the thread is done.
    public func end() {
        waiting.withLock { $0.isEnding = true }
        wakeup.signal()
        ended.wait(atMost: nil)
    }

    // MARK: The thread

    private func serve(_ pauses: Pauses) {
        var schedule = schedule
        var unstored = WaitingChanges()
        var pause = pauses.first
        var retryAt: Int64?
        /// How many changes are not brought into the reports yet.
        var unfolded = 0
        var isEnding = false
        while !isEnding {
            wakeup.wait(atMost: (retryAt ?? schedule.nextLook(unfolded)).map { $0 - SystemClock.monotonic() })
            wakeup.clear()
            let (new, left) = waiting.withLock { waiting in
                defer { (waiting.changes, waiting.left) = (WaitingChanges(), nil) }
                isEnding = waiting.isEnding
                return (waiting.changes, waiting.left)
            }
            if let left {
                unfolded = left.count
                if left.isPostponed { schedule.failed(at: SystemClock.monotonic()) }
            }
            unstored.add(new)
            if let retryAt, SystemClock.monotonic() < retryAt, !isEnding { continue }
            if let ticket = unstored.ticket {
                do throws(StoreError) {
                    unfolded = try store(unstored)
                    schedule.stored(unstored.reports.count, at: SystemClock.monotonic())
                    outcomes.post(.stored(upTo: ticket))
                    unstored = WaitingChanges()
                    retryAt = nil
                    pause = pauses.first
                } catch {
                    outcomes.post(.failed(error, upTo: ticket))
                    retryAt = SystemClock.monotonic() + pause
                    pause = min(2 * pause, pauses.longest)
                    continue
                }
            }
            if !isEnding, schedule.isDue(unfolded, at: SystemClock.monotonic()) { unfolded = fold(&schedule) }
        }
        // More than one part is left to the next start: who ends a daemon does not wait long.
        if retryAt == nil, (1...schedule.part).contains(unfolded) { _ = fold(&schedule) }
        do throws(StoreError) {
            try database.withLock { database throws(StoreError) in try database.close() }
        } catch {
            outcomes.post(.failed(error, upTo: unstored.ticket ?? 0))
        }
        ended.signal()
    }

    /// Returns how many changes are not brought into the reports yet.
    private func store(_ changes: WaitingChanges) throws(StoreError) -> Int {
        try database.withLock { database throws(StoreError) in
            try overcomeLoss(&database) { database throws(StoreError) in
                try attempt(changes, &database)
                return try database.countChanges()
            }
        }
    }

    /// Brings a part of the changes into the reports. Returns how many are left.
    private func fold(_ schedule: inout FoldSchedule) -> Int {
        database.withLock { database in
            let count = database.changeCount
            do throws(StoreError) {
                try overcomeLoss(&database) { database throws(StoreError) in
                    try attempt(WaitingChanges(), &database)
                    try database.fold(schedule.part)
                }
                schedule.succeeded()
                return database.changeCount
            } catch {
                outcomes.post(.postponed(error))
                schedule.failed(at: SystemClock.monotonic())
                return count
            }
        }
    }

    /// Once more with an empty database, where the one that there is turns out to be lost.
    private func overcomeLoss<Result>(
        _ database: inout ReportDatabase, _ body: (inout ReportDatabase) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        do throws(StoreError) {
            return try body(&database)
        } catch {
            guard error.isLoss else { throw error }
            try database.abandon(after: error)
            return try body(&database)
        }
    }

    private func attempt(_ changes: WaitingChanges, _ database: inout ReportDatabase) throws(StoreError) {
        try database.open()
        if let restart = database.takeRestart() { outcomes.post(.startedOver(restart)) }
        if !changes.isEmpty { try database.apply(changes) }
    }
}
