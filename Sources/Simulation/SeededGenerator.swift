/// Numbers that look random and depend on the seed alone: splitmix64 (Steele, Lea, Flood).
///
/// Each part of the world draws from a stream of its own, so that a step that is taken out of a schedule changes as little
/// as possible of the rest.
struct SeededGenerator: Sendable {
    private var state: UInt64

    init(seed: UInt64, stream: UInt64) {
        state = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) ^ Self.mixed(stream &* 0xD134_2543_DE82_EF95 &+ 1)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    private static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to one less than this.
    mutating func below(_ count: Int) -> Int { Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(count)) >> 32) }

    /// Both ends can come.
    mutating func between(_ least: Int64, _ most: Int64) -> Int64 {
        least + Int64(truncatingIfNeeded: next() % UInt64(most - least + 1))
    }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}
