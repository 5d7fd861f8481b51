internal import BanModel

/// Reports by the address that they are about, and what each origin's come to.
struct ReportTable: Sendable {
    struct Key: Hashable, Sendable {
        var origin: Origin
        var subject: Subject
    }

    /// One origin's word on an address.
    struct Claim: Sendable {
        var origin: Origin
        var jail: Jail
        var state: Report.State
    }

    /// What one origin's reports come to.
    struct Summary: Sendable {
        /// The highest of those that were in the table since it last had none of this origin's.
        var version: Version = 0
        var digest = ReportDigest()
        var count = 0
    }

    private var addresses: [Address: [Claim]] = [:]
    private var origins: [Origin: Summary] = [:]
    private(set) var count = 0

    func claims(on address: Address) -> [Claim] { addresses[address] ?? [] }

    func summary(of origin: Origin) -> Summary { origins[origin] ?? Summary() }

    subscript(key: Key) -> Report.State? {
        get { claims(on: key.subject.address).first { $0.isOf(key) }?.state }
        set {
            let address = key.subject.address
            var claims = self.claims(on: address)
            var summary = self.summary(of: key.origin)
            // Out of the table while they change: what is held twice is copied.
            addresses[address] = nil
            if let index = claims.firstIndex(where: { $0.isOf(key) }) {
                let claim = claims.remove(at: index)
                summary.digest.remove(key.report(claim.state))
                summary.count -= 1
                count -= 1
            }
            if let newValue {
                claims.append(Claim(origin: key.origin, jail: key.subject.jail, state: newValue))
                summary.digest.add(key.report(newValue))
                summary.version = max(summary.version, newValue.version)
                summary.count += 1
                count += 1
            }
            if !claims.isEmpty { addresses[address] = claims }
            origins[key.origin] = summary.count == 0 ? nil : summary
        }
    }
}

extension ReportTable.Key {
    fileprivate func report(_ state: Report.State) -> Report {
        Report(origin: origin, subject: subject, state: state)
    }
}

extension ReportTable.Claim {
    fileprivate func isOf(_ key: ReportTable.Key) -> Bool { origin == key.origin && jail == key.subject.jail }
}
