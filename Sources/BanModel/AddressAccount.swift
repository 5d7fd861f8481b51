/// All that a hub keeps on an address, and how far its subscribers are.
public struct AddressAccount: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        /// At which change of the hub's epoch it came, or at the latest one at which it can have come; 0: before the epoch.
        public var sequence: UInt64
        /// On the address itself, or on a network that contains it.
        public var report: Report

        public init(sequence: UInt64, report: Report) {
            self.sequence = sequence
            self.report = report
        }
    }

    /// A subscriber's last word.
    public struct Obeyed: Hashable, Sendable {
        public var host: Host
        public var epoch: UInt64
        /// All changes of that epoch up to this one.
        public var sequence: UInt64

        public init(host: Host, epoch: UInt64, sequence: UInt64) {
            self.host = host
            self.epoch = epoch
            self.sequence = sequence
        }
    }

    public var epoch: UInt64
    /// The hub's latest change.
    public var latest: UInt64
    public var entries: [Entry]
    public var obeyed: [Obeyed]

    public init(epoch: UInt64, latest: UInt64, entries: [Entry], obeyed: [Obeyed]) {
        self.epoch = epoch
        self.latest = latest
        self.entries = entries
        self.obeyed = obeyed
    }
}
