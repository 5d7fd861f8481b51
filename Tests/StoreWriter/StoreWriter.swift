import BanModel
import Glibc
import LinuxSystem
import ReportStore

/// A process with a store of its own, for tests that kill it, fill its disk or measure it.
///
/// `store-writer PATH` obeys lines on its standard input and answers in lines: `put A B` writes the reports with the
/// versions A to B in one call whose ticket is B; `flood` writes 100 at a time for ever; `end` closes the store and
/// ends. `store-writer PATH bench COUNT` measures.
@main struct StoreWriter {
    static func main() {
        let arguments = CommandLine.arguments
        do throws(StoreError) {
            if arguments.count == 4, arguments[2] == "bench", let count = Int64(arguments[3]) {
                try Bench(path: arguments[1], count: count).run()
            } else {
                try obey(ReportStore(path: arguments[1]))
            }
        } catch {
            say("refused \(error)")
            exit(1)
        }
    }

    /// A line at once: print would keep it where the output is a pipe.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }

    private static func obey(_ store: ReportStore) throws(StoreError) {
        var count = 0
        try store.load { count += $0.count }
        say("ready \(count)")
        var input: [UInt8] = []
        while true {
            var watched = [0, store.outcomes.fileDescriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&watched, 2, -1)
            for outcome in store.outcomes.drain() { tell(outcome) }
            guard watched[0].revents != 0 else { continue }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let length = read(0, &bytes, bytes.count)
            input += bytes.prefix(max(0, length))
            while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
                let words = String(decoding: input[..<end], as: UTF8.self).split(separator: " ")
                input.removeSubrange(...end)
                switch words.first {
                case "put": put(Int64(words[1])!...Int64(words[2])!, store)
                case "flood": flood(store)
                default: break
                }
                if words == ["end"] { return close(store) }
            }
            if length <= 0 { return close(store) }
        }
    }

    private static func close(_ store: ReportStore) {
        store.end()
        for outcome in store.outcomes.drain() { tell(outcome) }
        say("ended")
    }

    private static func put(_ versions: ClosedRange<Int64>, _ store: ReportStore) {
        store.write(versions.map { .put(SampleReport.numbered($0)) }, ticket: UInt64(versions.upperBound))
    }

    /// At most 1,000 reports ahead of the disk, so that it is killed with some in flight and not with all.
    private static func flood(_ store: ReportStore) -> Never {
        var (written, stored): (Int64, UInt64) = (0, 0)
        while true {
            while UInt64(written) < stored + 1000 {
                put(written + 1...written + 100, store)
                written += 100
            }
            var watched = pollfd(fd: store.outcomes.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, -1)
            for outcome in store.outcomes.drain() {
                if case .stored(let ticket) = outcome { stored = ticket }
                tell(outcome)
            }
        }
    }

    private static func tell(_ outcome: StoreOutcome) {
        switch outcome {
        case .stored(let ticket): say("stored \(ticket)")
        case .postponed(let error): say("postponed \(error.kind) \(error)")
        case .failed(let error, let ticket): say("failed \(ticket) \(error.kind) \(error)")
        case .startedOver(let restart): say("started-over \(restart)")
        }
    }
}
