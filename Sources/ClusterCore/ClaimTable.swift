internal import BanModel

/// What is known of each claim of a host: a dictionary, but in rows that have no names and are never moved all at once.
struct ClaimTable<Value: Sendable>: Sendable {
    fileprivate struct Row: AddressRow {
        let address: Address
        let source: Origin.Source
        /// The number of its jail.
        let jail: UInt32
        var value: Value
    }

    typealias Element = (key: HostClaim, value: Value)

    private var rows = AddressTable<Row>()
    private var jails = NumberedNames<Jail>()

    var count: Int { rows.count }
    var isEmpty: Bool { rows.count == 0 }

    subscript(claim: HostClaim) -> Value? {
        get { place(of: claim).map { rows[$0].value } }
        set {
            switch (place(of: claim), newValue) {
            case (let place?, let value?): rows[place].value = value
            case (nil, let value?):
                let jail = jails.use(claim.jail).number
                _ = rows.insert(Row(address: claim.address, source: claim.source, jail: jail, value: value))
            case (let place?, nil): remove(place)
            case (nil, nil): break
            }
        }
    }

    mutating func removeValue(forKey claim: HostClaim) -> Value? {
        guard let place = place(of: claim) else { return nil }
        defer { remove(place) }
        return rows[place].value
    }

    /// In no order.
    var keys: some Sequence<HostClaim> { lazy.map(\.key) }

    private mutating func remove(_ place: AddressTable<Row>.Place) {
        jails.drop(rows[place].jail)
        rows.remove(place)
    }

    private func place(of claim: HostClaim) -> AddressTable<Row>.Place? {
        guard let jail = jails.number(of: claim.jail) else { return nil }
        var found: AddressTable<Row>.Place?
        rows.search(claim.address) { place, row in
            guard row.jail == jail, row.source == claim.source else { return false }
            found = place
            return true
        }
        return found
    }
}

/// In no order, and as it was when it was asked.
extension ClaimTable: Sequence {
    struct Iterator: IteratorProtocol {
        fileprivate var rows: AddressTable<Row>.Rows
        fileprivate let jails: NumberedNames<Jail>

        mutating func next() -> Element? {
            guard let row = rows.next()?.row else { return nil }
            return (HostClaim(row.source, Subject(jails[row.jail], row.address)), row.value)
        }
    }

    func makeIterator() -> Iterator { Iterator(rows: rows.rows, jails: jails) }
}
