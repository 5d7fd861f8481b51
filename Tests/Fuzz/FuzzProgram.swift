internal import Glibc

/// The targets, and the one of them that the environment names: the program's arguments are libFuzzer's, which starts
/// itself again with them.
private enum FuzzProgram {
    private static let targets = [
        Entry(ClientReplyTarget.self), Entry(ConfigurationTarget.self), Entry(HubTarget.self),
        Entry(JoinCodeTarget.self), Entry(JournalTarget.self), Entry(KeyFileTarget.self), Entry(LogLineTarget.self),
        Entry(NFTTarget.self), Entry(OldProtocolTarget.self), Entry(PickleTarget.self), Entry(ProtocolTarget.self),
        Entry(SpoolTarget.self), Entry(StateRecordsTarget.self),
    ]

    /// A target as values: the compiler of Swift 6.3 ends on a list of types.
    private struct Entry: Sendable {
        let name: String
        let run: @Sendable ([UInt8]) -> Void

        init<Target: FuzzTarget>(_ target: Target.Type) {
            name = Target.name
            run = { Target.run($0) }
        }
    }

    private static let target = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = targets.first(where: { $0.name == name }) else {
            fatalError("no target \(name) among \(targets.map(\.name))")
        }
        return target
    }()

    static func run(_ bytes: [UInt8]) { target.run(bytes) }
}

/// What libFuzzer's own main calls first.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutableRawPointer) -> CInt {
    // An hour that passes twice and one that does not pass, wherever this runs.
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1)
}

/// What it calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzProgram.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
