public import BanModel
public import LinuxSystem

/// The packet filter by way of the program nft, which needs CAP_NET_ADMIN: one process a call, 10 ms each.
public struct PacketFilterProgram: Sendable {
    private let program: String
    private let leading: [String]

    /// A million elements take about so long on a slow machine.
    private static let timeLimit = Duration.seconds(60)
    /// A million elements, 80 bytes each.
    private static let outputLimit = 128 << 20

    /// - Parameters:
    ///   - program: a path, or a name that is looked up in PATH.
    ///   - leading: arguments before nft's own, for a program that becomes nft.
    public init(program: String = "nft", before leading: [String] = []) {
        self.program = program
        self.leading = leading
    }

    /// What our table holds, if it is of this form.
    public func read(_ form: PacketFilterForm, until stop: Wakeup? = nil) -> Answer {
        let result = run(
            ["-j", "list", "table"] + PacketFilterScript.table.split(separator: " ").map(String.init), stop)
        switch result {
        case .success(let output):
            guard let listing = PacketFilterListing(output) else { return .unclear("\(program) listed nonsense") }
            return .packetFilter(listing.elements(of: form))
        case .failure(let failure): return failure.isMissing ? .packetFilter(nil) : failure.answer
        }
    }

    /// All of it, or nothing.
    public func carryOut(_ change: PacketFilterChange, until stop: Wakeup? = nil) -> Answer {
        switch run(["-f", "-"], input: PacketFilterScript(change).text, stop) {
        case .success: .changed(change.addresses.count + (change.networks?.count ?? 0))
        case .failure(let failure): failure.answer
        }
    }

    /// Deletes our table, if there is one. Returns why it could not be done.
    public func remove(within timeLimit: Duration) -> String? {
        switch run(["-f", "-"], input: PacketFilterScript.removal, timeLimit: timeLimit, nil) {
        case .success: nil
        case .failure(let failure): failure.reason
        }
    }

    private struct Failure: Error {
        var reason: String
        /// There is no such table.
        var isMissing = false
        /// Neither the next call nor the one after it will do better.
        var isLasting = false

        var answer: Answer { isLasting ? .impossible(reason) : .unclear(reason) }
    }

    private func run(
        _ arguments: [String], input: String? = nil, timeLimit: Duration = timeLimit, _ stop: Wakeup?
    ) -> Result<[UInt8], Failure> {
        let result = runProgram(
            program, leading + arguments, input: input.map { Array($0.utf8) }, environment: ["LC_ALL": "C"],
            timeLimit: timeLimit, outputLimit: Self.outputLimit, until: stop)
        switch result {
        case .exited(0, let output, _): return .success(output)
        case .exited(let status, _, let error):
            // The lines after it show the place, which may be one of a hundred thousand addresses.
            let line = error.prefix { $0 != 0x0A }.prefix(200)
            let reason = "\(program) exited with \(status): \(String(decoding: line, as: UTF8.self))"
            return .failure(
                Failure(
                    reason: reason, isMissing: reason.contains("No such file or directory"),
                    isLasting: reason.contains("Operation not permitted")))
        case .signalled(let signal): return .failure(Failure(reason: "\(program) was ended by signal \(signal)"))
        case .stopped: return .failure(Failure(reason: "given up, since the daemon ends"))
        case .timedOut: return .failure(Failure(reason: "\(program) did not end within \(timeLimit)"))
        case .tooMuchOutput: return .failure(Failure(reason: "\(program) printed more than \(Self.outputLimit) bytes"))
        case .cannotStart(let error):
            return .failure(Failure(reason: "\(error)", isLasting: error.isMissing || error.isNotPermitted))
        }
    }
}
