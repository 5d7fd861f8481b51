internal import BanModel

/// How a value is written: what is allowed, in words, and its reader.
struct Form<Value> {
    /// Ends the sentence "expected …".
    let expected: String
    /// Never shown in a message.
    var isSecret = false
    /// nil where the text is not of this form.
    let read: (String) -> Value?
}

extension Form where Value == Bool {
    static var yesOrNo: Self {
        Self(expected: "true or false (or yes, no, on, off, 1, 0)") { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }
}

extension Form where Value == String {
    static func text(_ expected: String, longest: Int) -> Self {
        Self(expected: "\(expected), at most \(longest) bytes") { $0.utf8.count <= longest ? $0 : nil }
    }
}

extension Form where Value == AbsolutePath {
    static var path: Self { Self(expected: "an absolute path", read: AbsolutePath.init) }
}

extension Form where Value == LogPlace {
    static var logPlace: Self {
        Self(expected: "an absolute path, or journal") { text in
            text.lowercased() == "journal" ? .journal : AbsolutePath(text).map { .file($0) }
        }
    }
}

extension Form where Value == Address {
    static var address: Self {
        Self(expected: "IPv4 or IPv6 addresses or networks such as 192.0.2.1 or 2001:db8::/32") { try? Address($0) }
    }
}

extension Form where Value == Host {
    static var host: Self { Self(expected: "a host's name of A-Z a-z 0-9 _ . -, at most 253 of them") { Host($0) } }
}

extension Form where Value == String {
    /// All that fits into a script for nft in quotation marks, where `*` at the end would be a pattern.
    static var interface: Self {
        Self(expected: "all, or interfaces' names such as eth0, of A-Z a-z 0-9 _ . : @ -, at most 15 each") { text in
            let isName = text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "_.:@-".utf8.contains(byte)
                }
            }
            guard isName, (1...15).contains(text.utf8.count) else { return nil }
            return text.lowercased() == "all" ? "all" : text
        }
    }
}

extension Form where Value == Int32 {
    /// Far beyond the priorities that have names: -400 to 300.
    static var nftPriority: Self {
        Self(expected: "a whole number from -1000 to 1000") { text in
            Int32(text).flatMap { (-1000...1000).contains($0) ? $0 : nil }
        }
    }
}

extension Form where Value == Int {
    /// - Parameter unit: what may stand behind the number.
    static func count(_ range: ClosedRange<Int>, unit: String = "") -> Self {
        Self(
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
                + (unit.isEmpty ? "" : ", perhaps with \(unit)")
        ) { text in
            Int(text.hasSuffix(unit) ? text.dropLast(unit.count) : text[...]).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Form where Value == Jail {
    static var jail: Self { Self(expected: "names of jails of A-Z a-z 0-9 _ . -, at most 64 each") { Jail($0) } }
}

extension Form where Value == LogLevel {
    static var logLevel: Self { .choice(of: LogLevel.allCases.map { ($0.rawValue, $0) }) }
}

extension Form where Value == Token {
    static var token: Self {
        Self(expected: Token.rule, isSecret: true, read: Token.init)
    }
}

extension Form where Value == PublicKey {
    static var publicKey: Self { Self(expected: PublicKey.rule) { PublicKey($0) } }
}

extension Form where Value == Role {
    static var role: Self { .choice(of: Role.allCases.map { ($0.rawValue, $0) }) }
}

extension Form where Value == Trust {
    static var trust: Self {
        Self(expected: "a percentage from 0 to 100") { Percentage($0).flatMap { Trust(millionths: $0.millionths) } }
    }
}

extension Form where Value == Timestamp {
    static var moment: Self {
        Self(expected: "a moment such as 2026-11-21T09:11:24Z, or forever") {
            $0 == "\(Timestamp.forever)" ? .forever : Timestamp($0)
        }
    }
}

extension Form where Value == Percentage {
    /// 0 is no threshold: everybody would be over it.
    static var threshold: Self {
        Self(expected: "a percentage above 0 and up to 100") { text in
            Percentage(text).flatMap { $0.millionths > 0 ? $0 : nil }
        }
    }
}

extension Form where Value == Endpoint {
    static var connectable: Self {
        Self(
            expected:
                "addresses to connect to such as tcp://hub.example.org:5678, tcp://[2001:db8::1]:5678 or ipc:///path"
        ) {
            Endpoint($0).flatMap { $0.isConnectable ? $0 : nil }
        }
    }

    static var bindable: Self {
        Self(
            expected:
                "one address to listen at such as tcp://*:5678, tcp://127.0.0.1:5678, tcp://[::1]:5678 or ipc:///path",
            read: Endpoint.init)
    }
}

extension Form where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>, _ words: String) -> Self {
        Self(expected: "a duration such as 30s or 5m, \(words)") { text in
            guard case .limited(let duration) = BanDuration(text), range.contains(duration) else { return nil }
            return duration
        }
    }
}

extension Form where Value == BanDuration {
    static var banDuration: Self {
        Self(expected: "a duration such as 600, 10m, 1h, 1d or 1w (1s to 100 years), or -1 for ever") { text in
            BanDuration(text).flatMap { $0 == .limited(.zero) ? nil : $0 }
        }
    }
}

extension Form {
    /// One of a few words, in small or capital letters.
    static func choice(of words: [(word: String, value: Value)]) -> Self {
        Self(expected: "one of " + words.map(\.word).joined(separator: ", ")) { text in
            words.first { $0.word == text.lowercased() }?.value
        }
    }
}
