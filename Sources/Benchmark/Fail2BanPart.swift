internal import LinuxSystem

/// Single bans until fail2ban has answered the subscriber of another host, through the client or the socket.
///
/// The subscriber itself says `banned` when the answer is there, at the level at which it is shipped: nobody else has to
/// watch. fail2ban's own line comes before the answer.
struct Fail2BanPart {
    let workshop: Workshop
    let part: Part

    func measure() throws -> [Figure] {
        if let fault = try ActionCheck.fault(of: part.rawValue, workshop) {
            return [Figure(part, part.rawValue, .seconds, nil, note: fault)]
        }
        let fail2ban = try Fail2BanServer(workshop)
        let isClient = part == .fail2banclient
        let latency = ActionLatency(workshop: workshop, part: part, count: workshop.isQuick ? 50 : 1_000)
        let ours = try latency.measure(general: "fail2bansocket = \(fail2ban.socket)") { subscriber, address in
            try subscriber.awaitLine("=\(address) ", within: 30)
        }
        workshop.say("\(part.rawValue): the bare call")
        let call = try Fail2BanCall(fail2ban.socket)
        var bare = Series()
        for index in 0..<(workshop.isQuick ? 10 : isClient ? 50 : 1_000) {
            let address = Samples.address(1_000_000 + index)
            Pause.milliseconds(LatencyPart.pause)
            bare.add(try Stopwatch.seconds { try isClient ? fail2ban.call(address) : call.ban(address) })
        }
        return try latency.figures(
            "log line to banip's answer", ours, bare: bare,
            named: isClient ? "one bare fail2ban-client, median" : "one bare call of the socket, median")
    }
}
