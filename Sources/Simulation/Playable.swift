/// All that happens in one world, made from a seed, of which steps can be left out.
protocol Playable: Sendable {
    associatedtype What: Hashable & Sendable & CustomStringConvertible

    var seed: UInt64 { get }
    var steps: [TimedStep<What>] { get set }

    /// From the beginning until everything is over.
    func play(_ plant: Plant?, isTracing: Bool) -> Simulation.Report
}
