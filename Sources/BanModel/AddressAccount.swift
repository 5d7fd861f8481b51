/// All that a hub keeps on an address, and how far its subscribers are.
package struct AddressAccount: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// At which change of the hub's epoch it came, or at the latest one at which it can have come; 0: before the epoch.
        package var sequence: UInt64
        /// On the address itself, or on a network that contains it.
        package var report: Report

        package init(sequence: UInt64, report: Report) {
            self.sequence = sequence
            self.report = report
        }
    }

    /// A subscriber's last word.
    package struct Obeyed: Hashable, Sendable {
        package var host: Host
        package var epoch: UInt64
        /// All changes of that epoch up to this one.
        package var sequence: UInt64

        package init(host: Host, epoch: UInt64, sequence: UInt64) {
            self.host = host
            self.epoch = epoch
            self.sequence = sequence
        }
    }

    package var epoch: UInt64
    /// The hub's latest change.
    package var latest: UInt64
    package var entries: [Entry]
    package var obeyed: [Obeyed]

    package init(epoch: UInt64, latest: UInt64, entries: [Entry], obeyed: [Obeyed]) {
        self.epoch = epoch
        self.latest = latest
        self.entries = entries
        self.obeyed = obeyed
    }
}
