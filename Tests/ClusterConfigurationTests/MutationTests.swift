import Foundation
import Testing

@testable import ClusterConfiguration

/// The same numbers in every run (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct MutationTests {
    private static let original: [UInt8] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        guard let data = try? Data(contentsOf: root.appending(path: "fail2ban-cluster.conf")) else {
            preconditionFailure("no shipped configuration")
        }
        // Its defaults are commented out: with them the parser has more to read.
        return Array(String(decoding: data, as: UTF8.self).replacing(/\n#(?=[a-z]+ =)/, with: "\n").utf8)
    }()

    private func mutate(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            let length = min(Int.random(in: 1...64, using: &generator), bytes.count - place)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.removeSubrange(place..<place + length)
            case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            case 3: bytes.insert(Array("[]=:#;\"\\\n\r\t %-,\u{0}".utf8).randomElement(using: &generator)!, at: place)
            case 4: bytes.insert(contentsOf: repeatElement(0x41, count: length * 20), at: place)
            default: bytes.insert(contentsOf: "99999999999999999999".utf8, at: place)
            }
        }
        return bytes
    }

    @Test func `of 10,000 mutated files each is read or refused with its lines`() {
        var generator = SeededGenerator(state: 20_261_121)
        var refused = 0
        for _ in 0..<10_000 {
            let file = ConfigurationFile(name: "mutated.conf", bytes: mutate(Self.original, &generator))
            do throws(ConfigurationError) {
                _ = try Configuration.parse([file], machineName: "host")
            } catch {
                refused += 1
                #expect(!error.faults.isEmpty)
                let lines = error.description.split(separator: "\n")
                #expect(lines.allSatisfy { $0.hasPrefix("mutated.conf") }, "\(error)")
            }
        }
        // Most are harmless: comments, words in values. If nearly all or none were refused, little would be tested.
        #expect((1_000...9_900).contains(refused), "\(refused)")
    }
}
