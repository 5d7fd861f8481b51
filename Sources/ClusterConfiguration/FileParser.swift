/// Reads the syntax of one INI file: sections, keys, values, and every line that is none of them.
struct FileParser {
    private let file: String
    /// In the order of their heads.
    private(set) var sections: [WrittenSection] = []
    private(set) var faults: [ConfigurationFault] = []

    private var section: Int?
    /// Where the section of each name is: a file may have a hundred thousand.
    private var places: [String: Int] = [:]
    private var headIsBroken = false
    /// What a line that is indented further continues.
    private var open: (key: String?, indent: Int)?

    init(_ file: ConfigurationFile) {
        self.file = file.name
        guard file.bytes.count <= ConfigurationFile.largest else {
            faults.append(ConfigurationFault(Place(file: file.name, line: nil), Self.tooLarge))
            return
        }
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = file.bytes.starts(with: byteOrderMark) ? file.bytes.dropFirst(3) : file.bytes[...]
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in zip(1..., lines) {
            read(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, at: Place(file: self.file, line: number))
        }
    }

    static let tooLarge = "a configuration file has at most \(ConfigurationFile.largest >> 20) MiB"

    private mutating func read(_ bytes: ArraySlice<UInt8>, at place: Place) {
        guard let line = String(validating: bytes, as: UTF8.self) else {
            return refuse(place, "not UTF-8")
        }
        let indent = line.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count
        let content = line.utf8.dropFirst(indent)
        guard let first = content.first else {
            open = nil
            return
        }
        if line.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\t" }) {
            return refuse(place, "a control character")
        }
        if first == UInt8(ascii: "#") || first == UInt8(ascii: ";") { return }
        if let open, indent > open.indent { return continueValue(line, key: open.key, at: place) }
        if first == UInt8(ascii: "[") { return readHead(Substring(content), at: place) }
        readKey(Substring(content), indent: indent, at: place)
    }

    /// What continues a line that was refused is refused with it, silently.
    private mutating func refuse(_ place: Place, indent: Int = 0, _ reason: String) {
        faults.append(ConfigurationFault(place, reason))
        open = (nil, indent)
    }

    private mutating func readHead(_ text: Substring, at place: Place) {
        open = nil
        section = nil
        headIsBroken = true
        let behind = text.firstIndex(of: "]").map { text[text.index(after: $0)...].drop { $0 == " " || $0 == "\t" } }
        let words = text.dropFirst().prefix { $0 != "]" }.split { $0 == " " || $0 == "\t" }
        guard let behind, behind.isEmpty || behind.hasPrefix("#") || behind.hasPrefix(";"), let first = words.first
        else { return refuse(place, "expected [section] alone on its line") }
        let name = ([first.lowercased()] + words.dropFirst().map(String.init)).joined(separator: " ")
        headIsBroken = false
        section = places[name]
        if section == nil {
            section = sections.count
            places[name] = section
            sections.append(WrittenSection(name: name, place: place))
        }
    }

    private mutating func readKey(_ text: Substring, indent: Int, at place: Place) {
        let separator = text.firstIndex { $0 == "=" || $0 == ":" }
        let key = text[..<(separator ?? text.endIndex)].split { $0 == " " || $0 == "\t" }.joined(separator: " ")
            .lowercased()
        guard let separator, !key.isEmpty else {
            return refuse(place, indent: indent, "expected key = value, [section] or a comment")
        }
        open = (nil, indent)
        guard let section else {
            // Below a broken head nobody can say what is wrong with a key.
            if headIsBroken { return }
            faults.append(ConfigurationFault(place, key: key, "stands before the first [section]"))
            return
        }
        if let earlier = sections[section].entries[key] {
            let line = earlier.place.line ?? 0
            faults.append(ConfigurationFault(place, key: key, "is set already in line \(line): one of the two must go"))
            return
        }
        do throws(WrittenValue.Fault) {
            let value = try WrittenValue(line: text[text.index(after: separator)...])
            sections[section].entries[key] = WrittenSection.Entry(value: value, place: place)
            open = (key, indent)
        } catch {
            sections[section].broken.insert(key)
            faults.append(ConfigurationFault(place, key: key, error.rawValue))
        }
    }

    private mutating func continueValue(_ line: String, key: String?, at place: Place) {
        guard let section, let key else { return }
        if Self.looksLikeKey(line) {
            let reason = "an indented line continues the value above; to begin a key, remove the blanks before it"
            faults.append(ConfigurationFault(place, reason))
            return
        }
        do throws(WrittenValue.Fault) {
            sections[section].entries[key]?.value.append(try WrittenValue(line: line[...]))
        } catch {
            sections[section].broken.insert(key)
            faults.append(ConfigurationFault(place, key: key, error.rawValue))
        }
    }

    /// `key = value` or `key: value`, where a value goes on.
    private static func looksLikeKey(_ line: String) -> Bool {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let text = line.utf8.drop(while: isBlank)
        let word = text.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        let rest = text.dropFirst(word.count).drop(while: isBlank)
        guard !word.isEmpty, let next = rest.dropFirst().first else { return false }
        return rest.first == UInt8(ascii: "=") && next != UInt8(ascii: "=")
            || rest.first == UInt8(ascii: ":") && isBlank(next)
    }
}
