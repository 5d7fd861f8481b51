/// Turns the keys of one section into values, and notes every one that is wrong instead of stopping at the first.
///
/// Whatever it gives back in place of a wrong value is never used: with a fault there is no configuration.
struct SectionReader {
    private let section: WrittenSection
    private(set) var faults: [ConfigurationFault] = []
    /// Why the section's daemon does not start, though the section can be read.
    private(set) var hindrances: [ConfigurationFault] = []
    private var asked: Set<String> = []

    init(_ section: WrittenSection) {
        self.section = section
    }

    var name: String { section.name }

    mutating func value<Value>(_ key: String, _ form: Form<Value>, default value: Value) -> Value {
        optional(key, form) ?? value
    }

    mutating func optional<Value>(_ key: String, _ form: Form<Value>) -> Value? {
        guard let entry = entry(key) else { return nil }
        return read(entry.value.text, of: key, form, at: entry.place)
    }

    mutating func required<Value>(_ key: String, _ form: Form<Value>) -> Value? {
        guard let value = optional(key, form) else {
            noteIfMissing(key, form.expected)
            return nil
        }
        return value
    }

    /// Empty where the key has no value; `default` where there is no such key.
    mutating func list<Value>(_ key: String, _ form: Form<Value>, default values: [Value] = []) -> [Value] {
        guard let entry = entry(key) else { return values }
        return entry.value.items.compactMap { read($0, of: key, form, at: entry.place) }
    }

    /// At least one.
    mutating func requiredList<Value>(_ key: String, _ form: Form<Value>) -> [Value]? {
        let values = list(key, form)
        guard values.isEmpty else { return values }
        if let entry = section.entries[key], !section.broken.contains(key) {
            if entry.value.items.isEmpty { note(key, "expected \(form.expected)", value: "") }
        } else {
            noteIfMissing(key, form.expected)
        }
        return nil
    }

    /// Whether the key has a value, right or wrong.
    func isSet(_ key: String) -> Bool {
        section.entries[key] != nil || section.broken.contains(key)
    }

    /// How many items a list has, right and wrong ones.
    func count(of key: String) -> Int {
        section.entries[key]?.value.items.count ?? 0
    }

    /// Something is wrong with a key that could be read.
    mutating func note(_ key: String, _ reason: String, value: String? = nil) {
        let place = section.entries[key]?.place ?? section.place
        faults.append(ConfigurationFault(place, key: key, value: value, reason))
    }

    /// - Parameter endpoint: what is in the clear and may not be; nil: nothing.
    /// What is wrong with the section's own name.
    mutating func noteSection(_ reason: String) { faults.append(ConfigurationFault(section.place, reason)) }

    mutating func hinderPlaintext(_ endpoint: Endpoint?, at key: String, _ reason: (Endpoint) -> String) {
        guard let endpoint else { return }
        hindrances.append(ConfigurationFault(section.entries[key]?.place ?? section.place, key: key, reason(endpoint)))
    }

    /// Once all keys were asked for: what is left over.
    func warnings() -> [ConfigurationWarning] {
        let unused = KnownNames.unused[section.name] ?? []
        return section.entries.compactMap { key, entry in
            if asked.contains(key) { return nil }
            let kind: ConfigurationWarning.Kind =
                if unused.contains(key) {
                    .unusedKey(key, section: section.name)
                } else {
                    .unknownKey(
                        key, section: section.name,
                        nearest: KnownNames.nearest(to: key, among: asked.union(unused)))
                }
            return ConfigurationWarning(place: entry.place, kind: kind)
        }
    }

    private mutating func entry(_ key: String) -> WrittenSection.Entry? {
        asked.insert(key)
        return section.broken.contains(key) ? nil : section.entries[key]
    }

    private mutating func noteIfMissing(_ key: String, _ expected: String) {
        guard !isSet(key) else { return }
        note(key, "missing in [\(section.name)]: expected \(expected)")
    }

    private mutating func read<Value>(
        _ text: String, of key: String, _ form: Form<Value>, at place: Place
    ) -> Value? {
        if let value = form.read(text) { return value }
        faults.append(
            ConfigurationFault(place, key: key, value: form.isSecret ? nil : text, "expected \(form.expected)"))
        return nil
    }
}
