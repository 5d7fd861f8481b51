/// One thing that was measured, beside what the same costs at least.
public struct Figure: Codable, Sendable {
    /// More than this between repeats, as a part of their median, is noise that no conclusion stands on.
    static let mostSpread = 0.25

    public var part: Part
    public var name: String
    public var quantity: Quantity
    /// In seconds, bytes, or as it is; nil: not measured, and ``note`` says why.
    public var value: Double?
    /// The same hops, bytes or calls without our work.
    public var floor: Double?
    /// Between the repeats, the greatest less the least, as a part of the median; nil: it was measured once.
    public var spread: Double?
    public var note: String?

    init(
        _ part: Part, _ name: String, _ quantity: Quantity, _ value: Double?, floor: Double? = nil,
        spread: Double? = nil, note: String? = nil
    ) {
        self.part = part
        self.name = name
        self.quantity = quantity
        self.value = value
        self.floor = floor
        self.spread = spread
        self.note = note
    }

    var isNoisy: Bool { spread.map { $0 > Self.mostSpread } ?? false }

    /// How many times the floor's cost ours is: 1 is as good as can be, for a rate too.
    var ratio: Double? {
        guard let value, let floor, value > 0, floor > 0 else { return nil }
        return quantity.isRate ? floor / value : value / floor
    }
}
