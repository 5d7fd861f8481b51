/// How much each client may ask for: so many reports or questions a second, and ten seconds' worth at once.
///
/// Whoever has anything left may ask for more than that, and pays it back: a batch is never refused for its size.
/// All times are monotonic microseconds.
public struct RateLimit<Client: Hashable & Sendable>: Sendable {
    /// How long a client may have been silent for what it has then.
    static var burst: Int64 { 10 }
    /// Of more than so many, those who owe nothing are forgotten.
    static var fewAccounts: Int { 10_000 }

    private struct Account {
        /// In millionths of a report; below zero: it owes.
        var balance: Int64
        var at: Int64
    }

    /// A second.
    private var rate: Int64
    private var accounts: [Client: Account] = [:]
    /// How many accounts there are before it is looked whom to forget: no look at all of them for each new one.
    private var pruneAt = RateLimit.fewAccounts

    /// - Parameter rate: reports or questions a second, 1 to 10,000,000.
    public init(rate: Int) { self.rate = Int64(rate) }

    public mutating func reconfigure(rate: Int) { self.rate = Int64(rate) }

    /// How many accounts are remembered.
    public var count: Int { accounts.count }

    /// Whether this client may ask for something now.
    public func mayAsk(_ client: Client, at now: Int64) -> Bool {
        guard accounts[client] != nil else { return true }
        return balance(of: client, at: now) > 0
    }

    /// It has asked for so much.
    public mutating func charge(_ client: Client, _ count: Int, at now: Int64) {
        if accounts[client] == nil, accounts.count >= pruneAt {
            accounts = accounts.filter { balance($0.value, at: now) < full }
            pruneAt = max(Self.fewAccounts, 2 * accounts.count)
        }
        let cost = Int64(clamping: count).multipliedReportingOverflow(by: 1_000_000)
        let rest = balance(of: client, at: now).subtractingReportingOverflow(cost.overflow ? .max : cost.partialValue)
        accounts[client] = Account(balance: rest.overflow ? .min : rest.partialValue, at: now)
    }

    private var full: Int64 { rate * 1_000_000 * Self.burst }

    private func balance(of client: Client, at now: Int64) -> Int64 {
        accounts[client].map { balance($0, at: now) } ?? full
    }

    private func balance(_ account: Account, at now: Int64) -> Int64 {
        // A microsecond brings a millionth of the rate.
        let (earned, overflow) = max(0, now - account.at).multipliedReportingOverflow(by: rate)
        return overflow ? full : min(full, account.balance.addingReportingOverflow(earned).partialValue)
    }
}
