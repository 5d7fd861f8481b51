internal import BanModel

/// From where each authorised client has last come: an attacker would love to see it banned.
struct ClientPlaces: Sendable {
    private var places: [String: Address] = [:]
    /// How many clients are there.
    private var counts: [Address: Int] = [:]

    /// - Parameter client: by its name.
    mutating func note(_ address: Address, of client: String) {
        guard places[client] != address else { return }
        if let former = places.updateValue(address, forKey: client), let count = counts[former] {
            counts[former] = count == 1 ? nil : count - 1
        }
        counts[address, default: 0] += 1
    }

    /// Why this address, or network, may not be banned; nil where it may.
    func reason(against address: Address) -> String? {
        let isOne = counts[address] != nil || address.isNetwork && counts.keys.contains { address.contains($0) }
        return isOne ? "a client of this hub comes from there" : nil
    }
}
