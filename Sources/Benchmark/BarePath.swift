internal import LinuxSystem
internal import ZeroMQ

/// The floor under everything that goes through a hub: REQ to ROUTER and PUB to SUB, over loopback, with a ``BareHub``.
final class BarePath {
    let hub: Daemon
    let questioner: Questioner
    let listener: Listener
    let broadcasts: String

    init(_ workshop: Workshop, in context: Context) throws {
        hub = try Daemon(workshop, "bare hub", workshop.program, ["bare-hub"])
        broadcasts = try hub.endpoint("broadcasts")
        questioner = try Questioner(in: context, hub.endpoint("replies"))
        listener = try Listener(in: context, broadcasts)
        // Until the subscription has arrived.
        repeat { _ = try questioner.ask([0x2E]) } while try listener.wait(milliseconds: 50) == nil
        while try listener.wait(milliseconds: 100) != nil {}
    }

    /// Seconds from the request to the broadcast, one at a time.
    func latency(count: Int, bytes: Int, pause: UInt32) throws -> Series {
        let body = [UInt8](repeating: 0x2E, count: bytes)
        var series = Series()
        for _ in 0..<count {
            Pause.milliseconds(pause)
            let begin = SystemClock.monotonic()
            let sent = try questioner.send(body)
            guard sent, try listener.wait(milliseconds: 5_000) != nil else { throw Failure("the bare hub is silent") }
            series.add(Double(SystemClock.monotonic() - begin) / 1e6)
            _ = try questioner.answer()
        }
        return series
    }
}
