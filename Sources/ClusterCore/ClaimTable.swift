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

    /// Where a claim is, for as long as it is there.
    struct Place: Hashable, Sendable {
        fileprivate let row: AddressTable<Row>.Place
    }

    private var rows = AddressTable<Row>()
    private var jails = NumberedNames<Jail>()

    var count: Int { rows.count }
    var isEmpty: Bool { rows.count == 0 }

    subscript(claim: HostClaim) -> Value? {
        get { place(of: claim).map { self[$0] } }
        set {
            switch (place(of: claim), newValue) {
            case (let place?, let value?): self[place] = value
            case (nil, let value?): _ = insert(value, for: claim)
            case (let place?, nil): remove(place)
            case (nil, nil): break
            }
        }
    }

    mutating func removeValue(forKey claim: HostClaim) -> Value? {
        guard let place = place(of: claim) else { return nil }
        defer { remove(place) }
        return self[place]
    }

    /// The value that was put there; there must be one.
    subscript(place: Place) -> Value {
        get { rows[place.row].value }
        set { rows[place.row].value = newValue }
    }

    /// What is there now; nil where there is nothing any more.
    func element(at place: Place) -> Element? { rows.row(at: place.row).map { Self.element($0, jails) } }

    /// All of them and where they are, in no order.
    var places: some Sequence<(place: Place, value: Value)> {
        rows.rows.lazy.map { (Place(row: $0.place), $0.row.value) }
    }

    /// It must not be there yet.
    mutating func insert(_ value: Value, for claim: HostClaim) -> Place {
        let jail = jails.use(claim.jail).number
        return Place(
            row: rows.insert(Row(address: claim.address, source: claim.source, jail: jail, value: value)))
    }

    /// In no order.
    var keys: some Sequence<HostClaim> { lazy.map(\.key) }

    /// Takes it out; there must be one.
    mutating func remove(_ place: Place) {
        jails.drop(rows[place.row].jail)
        rows.remove(place.row)
    }

    /// nil where it is not there.
    func place(of claim: HostClaim) -> Place? {
        guard let jail = jails.number(of: claim.jail) else { return nil }
        var found: Place?
        rows.search(claim.address) { place, row in
            guard row.jail == jail, row.source == claim.source else { return false }
            found = Place(row: place)
            return true
        }
        return found
    }

    fileprivate static func element(_ row: Row, _ jails: NumberedNames<Jail>) -> Element {
        (HostClaim(row.source, Subject(jails[row.jail], row.address)), row.value)
    }
}

/// In no order, and as it was when it was asked.
extension ClaimTable: Sequence {
    struct Iterator: IteratorProtocol {
        fileprivate var rows: AddressTable<Row>.Rows
        fileprivate let jails: NumberedNames<Jail>

        mutating func next() -> Element? {
            rows.next().map { ClaimTable.element($0.row, jails) }
        }
    }

    func makeIterator() -> Iterator { Iterator(rows: rows.rows, jails: jails) }
}
