import BanModel
import ClusterProtocol
import Foundation
import Testing

@testable import ClusterIdentity

/// What #expect may call.
private final class Checker {
    private var check = SignatureCheck()
    var looks: Int { check.looks }

    func isRight(_ report: SharedReport) -> Bool { check.isRight(report) }
}

@Suite struct ClusterIdentityTests {
    private let key = ClusterKey(SecretKey(bytes: Array(0..<32)))

    private func reports(_ count: Int) -> [SharedReport] {
        (0..<count).map { number in
            SharedReport(
                cluster: key.cluster, host: Host("web1")!, source: .log,
                subject: Subject(Jail("sshd")!, try! Address("192.0.2.\(number)")),
                state: Report.State(
                    version: 1_800_000_000_000_000, isLifted: false,
                    until: Timestamp(microseconds: 1_800_000_600_000_000)),
                way: Way(trust: .full, hops: [key.cluster]), signature: nil)
        }
    }

    /// RFC 8032's first vector, and what sha256sum and base32 make of it.
    @Test func `a key is Ed25519's, and its fingerprint 160 bits of its SHA-256`() throws {
        let seed: [UInt8] = [
            0x9D, 0x61, 0xB1, 0x9D, 0xEF, 0xFD, 0x5A, 0x60, 0xBA, 0x84, 0x4A, 0xF4, 0x92, 0xEC, 0x2C, 0xC4, 0x44, 0x49,
            0xC5, 0x69, 0x7B, 0x32, 0x69, 0x19, 0x70, 0x3B, 0xAC, 0x03, 0x1C, 0xAE, 0x7F, 0x60,
        ]
        let key = ClusterKey(SecretKey(bytes: seed))
        #expect(key.publicKey.bytes.prefix(4) == [0xD7, 0x5A, 0x98, 0x01])
        #expect(key.cluster.id == "eh7ddx5bksrgcytl7bkai36se4nxx3kl")
    }

    @Test(arguments: [1, 2, 3, 5, 15, 16, 17, 100])
    func `what is signed together is right one by one, and looked at once`(count: Int) {
        var signed = reports(count)
        key.sign(&signed)
        let check = Checker()
        for report in signed.shuffled() { #expect(check.isRight(report)) }
        #expect(check.looks == (count + 15) / 16)
        // The way is everybody's own business.
        signed[0].way = Way(trust: .none, hops: [])
        #expect(check.isRight(signed[0]))
    }

    @Test func `whatever is altered in what was signed is not right`() throws {
        var signed = reports(5)
        key.sign(&signed)
        let other = ClusterKey(SecretKey(bytes: Array(1..<33)))
        var altered: [SharedReport] = []
        func alter(_ change: (inout SharedReport) -> Void) {
            var report = signed[2]
            change(&report)
            altered.append(report)
        }
        alter { $0.cluster = other.cluster }
        alter { $0.host = Host("web2")! }
        alter { $0.source = .person }
        alter { $0.subject.jail = Jail("sshd2")! }
        alter { $0.subject.address = try! Address("192.0.2.3") }
        alter { $0.state.version += 1 }
        alter { $0.state.isLifted = true }
        alter { $0.state.until = .forever }
        alter { $0.state.forget = .forever }
        alter { $0.signature = nil }
        alter { $0.signature = signed[1].signature }
        let check = Checker()
        #expect(check.isRight(signed[2]))
        for report in altered { #expect(!check.isRight(report)) }
        // Each bit of the signature, also while the right one is remembered.
        let bytes = try #require(signed[2].signature).bytes
        for index in bytes.indices {
            for bit in 0..<8 {
                var report = signed[2]
                var other = bytes
                other[index] ^= 1 << bit
                report.signature = Signature(bytes: other)
                #expect(!check.isRight(report), "byte \(index), bit \(bit)")
            }
        }
        for length in 0..<bytes.count {
            var report = signed[2]
            report.signature = Signature(bytes: Array(bytes.prefix(length)))
            #expect(!check.isRight(report))
        }
    }

    @Test func `whoever signs for another cluster with a key of his own is not believed`() {
        let liar = ClusterKey(SecretKey(bytes: Array(1..<33)))
        var forged = reports(1)
        liar.sign(&forged)
        let check = Checker()
        #expect(!check.isRight(forged[0]))
    }

    /// docs/protocol.md, "Friends": three reports under one signature, of a key whose 32 bytes are 0 to 31.
    @Test func `the document's example is signed as it says`() throws {
        var signed = reports(3)
        signed[1].state = Report.State(
            version: 1_800_000_000_000_001, isLifted: true, until: Timestamp(microseconds: 1_800_000_600_000_000),
            forget: Timestamp(microseconds: 1_800_003_600_000_000))
        signed[2].state.until = .forever
        signed[2].state.forget = .forever
        key.sign(&signed)
        let broadcast = SharedBroadcast(epoch: 123_456_789, sequence: 42, count: 3, reports: signed)
        let document = try String(
            contentsOfFile: #filePath.replacing("/Tests/ClusterIdentityTests/ClusterIdentityTests.swift", with: "")
                + "/docs/protocol.md", encoding: .utf8)
        let example = try #require(document.split(separator: "<!-- example: shared -->\n\n").last)
        let lines = example.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("    ") }
        let bytes = [SharedBroadcast.mark] + Array(lines.map { $0.dropFirst(4) }.joined(separator: "\n").utf8)
        let written = try SharedBroadcast(reading: bytes)
        // Whoever signs anew may get another signature that is right, too.
        #expect(
            written.reports.map(\.withoutSignature) == broadcast.reports.map(\.withoutSignature),
            "\(String(decoding: broadcast.bytes.dropFirst(), as: UTF8.self))")
        let check = Checker()
        for report in written.reports { #expect(check.isRight(report)) }
        #expect(check.looks == 1)
        #expect(written.bytes == bytes)
    }
}

extension SharedReport {
    fileprivate var withoutSignature: SharedReport {
        var report = self
        report.signature = nil
        return report
    }
}
