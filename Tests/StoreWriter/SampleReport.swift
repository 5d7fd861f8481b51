import BanModel

/// A report that differs from every other number's: each thousandth is about IPv6, addresses in no order.
enum SampleReport {
    /// The time of report 0: its version, as all of today's, takes 8 bytes.
    private static let epoch: Int64 = 1_795_226_400_000_000

    static func numbered(_ number: Int64) -> Report {
        let scattered = UInt32(truncatingIfNeeded: number &* 2_654_435_761)
        let text =
            number % 1000 == 0
            ? "2001:db8::\(String(scattered >> 16, radix: 16)):\(String(scattered & 0xFFFF, radix: 16))"
            : (0..<4).map { String(scattered >> (24 - 8 * $0) & 0xFF) }.joined(separator: ".")
        guard let host = Host("host-\(number % 20)"), let jail = Jail("jail-\(number % 5)"),
            let address = try? Address(text)
        else { preconditionFailure("\(number)") }
        let start = Timestamp(microseconds: epoch + number)
        return Report(
            origin: Origin(host: host), subject: Subject(jail, address),
            state: Report.State(version: start.microseconds, isLifted: false, until: start + .seconds(600)))
    }
}
