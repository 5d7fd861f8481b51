internal import FoundationEssentials
internal import LinuxSystem

/// What a run came to, as it is kept in a file for the next one.
public struct Results: Codable, Sendable {
    public var machine: Machine
    public private(set) var figures: [Figure]

    /// - Parameter machine: as it was when the run began.
    public init(machine: Machine, figures: [Figure] = []) {
        self.machine = machine
        self.figures = figures
    }

    /// - Throws: where the file is not one that ``write(to:)`` wrote.
    public init(reading path: String) throws {
        let bytes = try FileSystem.read(path, limit: 1 << 24)
        do {
            self = try JSONDecoder().decode(Results.self, from: Data(bytes))
        } catch {
            throw Failure("\(path) is not a benchmark's: \(error)")
        }
    }

    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try FileSystem.writeAtomically(path: path, bytes: Array(try encoder.encode(self)) + [0x0A], mode: 0o644)
    }

    /// What grew, where that was measured.
    public func writePlots(into folder: String) throws {
        for growth in Growth.allCases {
            guard let plot = growth.plot(of: self) else { continue }
            try FileSystem.writeAtomically(path: "\(folder)/\(growth.fileName)", bytes: Array(plot.utf8), mode: 0o644)
        }
    }

    /// Measures these, and goes on with the others where one cannot be.
    public static func measure(_ parts: [Part], in workshop: Workshop) throws -> Results {
        var results = Results(machine: try Machine(folder: workshop.folder))
        for part in parts {
            workshop.begin(part)
            do {
                results.figures += try part.measure(in: workshop)
            } catch {
                workshop.standStillIfOver()
                results.figures.append(Figure(part, "failed", .count, nil, note: "\(error)"))
            }
        }
        workshop.say("")
        return results
    }

    /// Whether a part could not be measured that should have been.
    public var hasFailed: Bool { figures.contains { $0.name == "failed" } }
}
