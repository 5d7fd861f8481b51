internal import LinuxSystem

/// Single bans until the kernel has the address in an nftables set, in a network of its own: this machine's packet filter
/// is not touched, and that network is gone with its last process.
struct PacketFilterPart {
    let workshop: Workshop

    func measure() throws -> [Figure] {
        if let fault = try ActionCheck.fault(of: Part.nftables.rawValue, workshop) {
            return [Figure(.nftables, "nftables", .seconds, nil, note: fault)]
        }
        return workshop.hasOwnNetwork ? try measureHere() : try measureThere()
    }

    /// In a process with a network of its own.
    private func measureThere() throws -> [Figure] {
        let folder = try workshop.newFolder("network")
        let arguments =
            ["--net", workshop.program, "run", "--only", "nftables", "--own-network", "--json", "\(folder)/json"]
            + (workshop.isQuick ? ["--quick"] : [])
        // Its folder is in ours, so that one goes with the other.
        let child = try Daemon(
            workshop, "the run in a network of its own", "unshare", arguments, readyAt: Part.nftables.title,
            environment: ["TMPDIR": folder], within: 600)
        // The table comes after the file.
        return try withExtendedLifetime(child) { try Results(reading: "\(folder)/json").figures }
    }

    private func measureHere() throws -> [Figure] {
        try run("ip", ["link", "set", "lo", "up"])
        let latency = ActionLatency(workshop: workshop, part: .nftables, count: workshop.isQuick ? 50 : 1_000)
        let watch = try PacketFilterWatch()
        let ours = try latency.measure(general: "fail2banclient =") { _, address in try watch.wait(for: address) }
        return try latency.figures(
            "log line to the kernel's set", ours, bare: try bareCalls(watch), named: "one bare nft -f, median")
    }

    /// nft puts one address into a set with a timeout: until it is there, as above, and not until nft has ended.
    private func bareCalls(_ watch: borrowing PacketFilterWatch) throws -> Series {
        let folder = try workshop.newFolder("nft")
        let file = "\(folder)/rules"
        func load(_ text: String) throws {
            try FileSystem.writeAtomically(path: file, bytes: Array(text.utf8), mode: 0o600)
        }
        try load("table inet bare { set s { type ipv4_addr; flags interval, timeout; }; }\n")
        try run("nft", ["-f", file])
        var series = Series()
        for index in 0..<(workshop.isQuick ? 20 : 200) {
            let address = Samples.address(1_000_000 + index)
            try load("add element inet bare s { \(address) timeout 1d }\n")
            Pause.milliseconds(LatencyPart.pause)
            let begin = SystemClock.monotonic()
            var program = try FollowedProgram(starting: "nft", ["-f", file])
            try watch.wait(for: address)
            series.add(Double(SystemClock.monotonic() - begin) / 1e6)
            while true {
                if case .ended = program.read() { break }
                Pause.milliseconds(1)
            }
        }
        return series
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let result = runProgram(program, arguments, timeLimit: .seconds(30), outputLimit: 1 << 16)
        guard case .exited(status: 0, _, _) = result else { throw Failure(of: program, result) }
    }
}
