import BanModel
import Glibc
import LinuxSystem
import ReportStore

/// Reports a second, written, changed and read, and bytes for each on disk.
struct Bench {
    var path: String
    var count: Int64

    func run() throws(StoreError) {
        do {
            let store = try ReportStore(path: path)
            print("in batches of 1,000, one transaction each:", rate { write(store, count / 4, awaiting: true) })
            print("in batches of 1,000, as fast as they come:", rate { write(store, count, awaiting: false) })
            store.end()
        }
        do throws(SystemError) {
            let size = try FileSystem.status(of: path)?.size ?? 0
            print("bytes a report:", Double(size) / Double(count))
        } catch { print("no size: \(error)") }
        let start = SystemClock.monotonic()
        let store = try ReportStore(path: path)
        print("opened in \(seconds(since: start)) s")
        print("all written again:", rate { write(store, count, awaiting: false) })
        var loaded: Int64 = 0
        let loading = SystemClock.monotonic()
        try store.load { loaded += Int64($0.count) }
        print("loaded \(loaded):", Int(Double(loaded) / seconds(since: loading)), "/s")
        store.end()
    }

    /// Of reports made before.
    private func rate(_ body: () -> (Int64, Double)) -> String {
        let (count, time) = body()
        return "\(Int(Double(count) / time))/s, \(count) in \(time) s"
    }

    private func write(_ store: ReportStore, _ count: Int64, awaiting: Bool) -> (Int64, Double) {
        let batches = stride(from: Int64(1), through: count, by: 1000).map { first in
            (first..<first + 1000).map { StoreChange.put(SampleReport.numbered($0)) }
        }
        let start = SystemClock.monotonic()
        for (index, batch) in batches.enumerated() {
            store.write(batch, ticket: UInt64(index + 1))
            if awaiting { wait(for: UInt64(index + 1), store) }
        }
        if !awaiting { wait(for: UInt64(batches.count), store) }
        return (Int64(batches.count) * 1000, seconds(since: start))
    }

    private func wait(for ticket: UInt64, _ store: ReportStore) {
        while true {
            var watched = pollfd(fd: store.outcomes.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, -1)
            for outcome in store.outcomes.drain() {
                if case .failed(let error, _) = outcome { print(error) }
                if outcome == .stored(upTo: ticket) { return }
            }
        }
    }

    private func seconds(since start: Int64) -> Double { Double(SystemClock.monotonic() - start) / 1e6 }
}
