internal import Glibc

/// An IPv4 or IPv6 address, or a CIDR network, in canonical form.
///
/// Two texts that mean the same address give equal values: hexadecimal case and zeros do not count, the bits of a
/// network behind its prefix are zero, and a network of one address is that address.
public struct Address: Hashable, Sendable {
    public enum Family: UInt8, Sendable {
        case ipv4, ipv6

        /// The length of an address in bits.
        public var bits: UInt8 { self == .ipv4 ? 32 : 128 }
    }

    // In this order, so that 18 bytes are enough, and what stands behind it in a table's row follows at once.
    /// The upper 64 bits of an IPv6 address; 0 for IPv4.
    private let high: UInt64
    /// The lower 64 bits of an IPv6 address, or the whole IPv4 address.
    private let low: UInt64
    public let family: Family
    /// How many leading bits count: the family's `bits` for a single address.
    public let prefix: UInt8

    private init(family: Family, high: UInt64, low: UInt64, prefix: UInt8) {
        self.family = family
        self.prefix = prefix
        let mask = Self.mask(family, prefix)
        self.high = high & mask.high
        self.low = low & mask.low
    }

    /// Without it every comparison from another room is one of unknown values.
    public static func == (left: Address, right: Address) -> Bool {
        left.low == right.low && left.high == right.high && left.prefix == right.prefix && left.family == right.family
    }

    /// In whole words, which the hasher takes several times faster than bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(low)
        hasher.combine(high ^ UInt64(prefix) << 8 ^ UInt64(family.rawValue))
    }

    /// Spread evenly, and the same on every host: splitmix64's finalizer over its halves and its prefix.
    public var spread: UInt64 {
        mixed(mixed(mixed(high) &+ low) &+ UInt64(family == .ipv4 ? 4 : 6) << 8 &+ UInt64(prefix))
    }

    private static let seeds = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))

    /// Where a table of this process looks for it. Attackers choose addresses, so each process has seeds of its own; a hash
    /// by the standard library's hasher takes several times as long.
    public var scattered: Int {
        let (seed, other) = Self.seeds
        let head = mixed(high ^ other ^ UInt64(prefix) << 8 ^ UInt64(family.rawValue))
        return Int(truncatingIfNeeded: mixed((low ^ seed) &+ head))
    }

    public var isNetwork: Bool { prefix < family.bits }

    /// Whether every address of `other` is one of this network's; an address contains itself.
    public func contains(_ other: Address) -> Bool {
        guard family == other.family, prefix <= other.prefix else { return false }
        let mask = Self.mask(family, prefix)
        return other.high & mask.high == high && other.low & mask.low == low
    }

    /// The network of so many leading bits that contains it; nil where that is narrower than it is itself.
    public func network(prefix: UInt8) -> Address? {
        prefix <= self.prefix ? Address(family: family, high: high, low: low, prefix: prefix) : nil
    }

    /// Itself, and every network that contains it and may be banned, the narrowest first.
    public var coverings: [Address] {
        [self]
            + (NeverBanned.widestPrefix(family)..<max(prefix, NeverBanned.widestPrefix(family))).reversed().compactMap {
                network(prefix: $0)
            }
    }

    /// 127.0.0.0/8, or ::1: nobody on another host has it.
    public var isLoopback: Bool { NeverBanned.loopback.contains { $0.contains(self) } }

    /// Whether the two share an address.
    public func overlaps(_ other: Address) -> Bool { contains(other) || other.contains(self) }

    private static func mask(_ family: Family, _ prefix: UInt8) -> (high: UInt64, low: UInt64) {
        func leading(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(.max >> UInt64(bits)) }
        switch family {
        case .ipv4: return (0, leading(32 + Int(prefix)) & 0xFFFF_FFFF)
        case .ipv6: return (leading(Int(prefix)), leading(Int(prefix) - 64))
        }
    }
}

extension Address {
    /// Why a text is not an address.
    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case tooLong
        case notAnAddress
        case mapped
        case prefixLength

        public var description: String {
            switch self {
            case .tooLong: "longer than any address"
            case .notAnAddress: "not an IPv4 or IPv6 address"
            case .mapped: "an IPv4 address in IPv6 notation"
            case .prefixLength: "the length of a network's prefix is a number from 0 to 32 (IPv4) or 128 (IPv6)"
            }
        }
    }

    /// The longest text that is an address: eight groups, the last two as IPv4, and a prefix length.
    private static let longestText = 49

    /// Reads `192.0.2.1`, `2001:db8::1`, `192.0.2.0/24` and `2001:db8::/32`, and nothing else: no leading zeros, no
    /// short or hexadecimal IPv4, no names, no zones, no blanks, no IPv4 in IPv6 notation.
    public init(_ text: some StringProtocol) throws(Fault) {
        try self.init(utf8: Array(text.utf8))
    }

    /// As ``init(_:)``, of bytes from outside that need not even be UTF-8.
    public init(utf8 text: [UInt8]) throws(Fault) { try self.init(utf8: text[...]) }

    /// As ``init(_:)``, of bytes from outside that need not even be UTF-8.
    public init(utf8 text: ArraySlice<UInt8>) throws(Fault) {
        guard text.count <= Self.longestText else { throw .tooLong }
        let slash = text.firstIndex(of: UInt8(ascii: "/"))
        let address = text[..<(slash ?? text.endIndex)]
        let family: Family = address.contains(UInt8(ascii: ":")) ? .ipv6 : .ipv4
        guard let (high, low) = family == .ipv4 ? Self.dotted(address) : Self.grouped(address) else {
            throw .notAnAddress
        }
        if family == .ipv6, high == 0, low >> 32 == 0xFFFF { throw .mapped }
        var prefix = family.bits
        if let slash {
            guard let number = Self.number(text[(slash + 1)...], most: UInt64(family.bits)) else { throw .prefixLength }
            prefix = UInt8(number)
        }
        self.init(family: family, high: high, low: low, prefix: prefix)
    }

    /// One to three digits, without leading zeros.
    private static func number(_ digits: ArraySlice<UInt8>, most: UInt64) -> UInt64? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != 0x30 else { return nil }
        var number: UInt64 = 0
        for byte in digits {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            number = number * 10 + UInt64(digit)
        }
        return number <= most ? number : nil
    }

    /// Four numbers with dots between them.
    private static func dotted(_ text: ArraySlice<UInt8>) -> (high: UInt64, low: UInt64)? {
        var rest = text
        var low: UInt64 = 0
        for part in 1...4 {
            let end = part < 4 ? rest.firstIndex(of: UInt8(ascii: ".")) : rest.endIndex
            guard let end, let number = number(rest[..<end], most: 255) else { return nil }
            low = low << 8 | number
            rest = rest[end...].dropFirst()
        }
        return (0, low)
    }

    private static func grouped(_ text: ArraySlice<UInt8>) -> (high: UInt64, low: UInt64)? {
        guard !text.contains(0) else { return nil }  // inet_pton(3) reads up to the first NUL
        let terminated = text.map { CChar(bitPattern: $0) } + [0]
        var address = in6_addr()
        guard inet_pton(AF_INET6, terminated, &address) == 1 else { return nil }
        return withUnsafeBytes(of: &address) {
            (
                UInt64(bigEndian: $0.load(as: UInt64.self)),
                UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

extension Address: CustomStringConvertible {
    public var description: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// What ``description`` says.
    public func append(to bytes: inout [UInt8]) { forEachByte { bytes.append($0) } }

    /// The bytes of what ``description`` says, without a text to hold them.
    @inline(__always)
    func forEachByte(_ take: (UInt8) -> Void) {
        switch family {
        case .ipv4:
            Self.digits(of: low >> 24, take)
            take(UInt8(ascii: "."))
            Self.digits(of: low >> 16 & 0xFF, take)
            take(UInt8(ascii: "."))
            Self.digits(of: low >> 8 & 0xFF, take)
            take(UInt8(ascii: "."))
            Self.digits(of: low & 0xFF, take)
        case .ipv6:
            var groups = (high.bigEndian, low.bigEndian)
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
                inet_ntop(AF_INET6, &groups, buffer.baseAddress!, socklen_t(buffer.count))
                for byte in buffer.prefix(while: { $0 != 0 }) { take(UInt8(bitPattern: byte)) }
            }
        }
        guard isNetwork else { return }
        take(UInt8(ascii: "/"))
        Self.digits(of: UInt64(prefix), take)
    }

    /// Up to three.
    @inline(__always)
    private static func digits(of number: UInt64, _ take: (UInt8) -> Void) {
        func digit(_ number: UInt64) { take(UInt8(truncatingIfNeeded: 0x30 + number % 10)) }
        if number >= 100 { digit(number / 100) }
        if number >= 10 { digit(number / 10) }
        digit(number)
    }
}

extension Address: Comparable {
    public static func < (left: Address, right: Address) -> Bool {
        (left.family.rawValue, left.high, left.low, left.prefix)
            < (right.family.rawValue, right.high, right.low, right.prefix)
    }
}
