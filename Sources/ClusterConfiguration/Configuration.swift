/// All that the configuration's files say, checked.
public struct Configuration: Sendable, Hashable {
    /// The name of the first file.
    public let path: String
    public var general: GeneralSection
    /// nil where no file has the section; the same for the others.
    public var monitor: MonitorSection?
    public var publisher: PublisherSection?
    public var subscriber: SubscriberSection?
    /// In the order of the files and of their lines.
    public let warnings: [ConfigurationWarning]
    /// Why a section's daemon does not start, by the section's name.
    private let hindrances: [String: [ConfigurationFault]]

    /// Reads files in this order: a key of a later one replaces the value of an earlier one whole.
    ///
    /// - Parameter machineName: what the machine is called where no file gives it a name.
    /// - Throws: every fault of every section, whichever daemon asks.
    public static func parse(
        _ files: [ConfigurationFile], machineName: String
    ) throws(ConfigurationError) -> Configuration {
        try parse(files, machineName: machineName, faults: [])
    }

    /// - Parameter faults: what is known to be wrong already: files that could not be read.
    static func parse(
        _ files: [ConfigurationFile], machineName: String, faults: [ConfigurationFault]
    ) throws(ConfigurationError) -> Configuration {
        var faults = faults
        var sections: [String: WrittenSection] = [:]
        for file in files {
            let parser = FileParser(file)
            faults += parser.faults
            for section in parser.sections {
                sections[section.name, default: section].replace(with: section)
            }
        }
        let path = files.first?.name ?? ""
        let general =
            sections[GeneralSection.name]
            ?? WrittenSection(name: GeneralSection.name, place: Place(file: path, line: nil))
        var warnings = sections.values.compactMap(warning(of:))

        var hindrances: [String: [ConfigurationFault]] = [:]

        func read<Section>(_ section: WrittenSection?, _ make: (inout SectionReader) -> Section?) -> Section? {
            guard let section else { return nil }
            var reader = SectionReader(section)
            let value = make(&reader)
            faults += reader.faults
            warnings += reader.warnings()
            hindrances[section.name] = reader.hindrances
            return value
        }

        let generalSection = read(general) { GeneralSection(reading: &$0, machineName: machineName) }
        let monitor = read(sections[MonitorSection.name]) { MonitorSection(reading: &$0, general: generalSection) }
        var publisher = read(sections[PublisherSection.name]) {
            PublisherSection(reading: &$0, general: generalSection)
        }
        for section in sections.values.filter(\.isFriend).sorted(by: { $0.name < $1.name }) {
            let allowsPlaintext = publisher?.allowsPlaintext ?? false
            let friend = read(section) { FriendSection(reading: &$0, allowsPlaintext: allowsPlaintext) }
            guard let friend else { continue }
            publisher?.friends.append(friend)
            if generalSection?.clusterKey == nil, publisher != nil {
                hindrances[section.name, default: []].append(
                    ConfigurationFault(
                        section.place,
                        "friends know each other by their clusters' keys: run `fail2ban-cluster keygen`, which writes"
                            + " clusterkey into [general]"))
            }
            // The hub is what has friends.
            hindrances[PublisherSection.name, default: []] += hindrances[section.name] ?? []
        }
        let subscriber = read(sections[SubscriberSection.name]) { reader in
            let subscriber = SubscriberSection(reading: &reader, general: generalSection)
            if subscriber?.action == .fail2banClient, let generalSection, generalSection.client == nil {
                reader.note(
                    "subscriberaction", "fail2banclient needs a program, and fail2banclient in [general] is empty")
            }
            return subscriber
        }

        let order = Dictionary(files.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
        func precedes(_ left: Place, _ right: Place) -> Bool {
            (order[left.file] ?? .max, left.file, left.line ?? 0)
                < (order[right.file] ?? .max, right.file, right.line ?? 0)
        }
        guard faults.isEmpty, let generalSection else {
            throw ConfigurationError(faults: faults.sorted { precedes($0.place, $1.place) })
        }
        return Configuration(
            path: path, general: generalSection, monitor: monitor, publisher: publisher, subscriber: subscriber,
            warnings: warnings.sorted { precedes($0.place, $1.place) }, hindrances: hindrances)
    }

    /// The section of the daemon that asks.
    ///
    /// - Throws: one fault, where no file has it; otherwise all for which this daemon does not start.
    public func section<Section: DaemonSection>(
        _ type: Section.Type = Section.self
    ) throws(ConfigurationError) -> Section {
        if let hindrances = hindrances[Section.name], !hindrances.isEmpty {
            throw ConfigurationError(faults: hindrances)
        }
        if let section = Section.find(in: self) { return section }
        let reason = "there is no section [\(Section.name)], and this daemon runs from it"
        throw ConfigurationError(faults: [ConfigurationFault(Place(file: path, line: nil), reason)])
    }

    private static func warning(of section: WrittenSection) -> ConfigurationWarning? {
        if section.isFriend { return nil }
        guard !KnownNames.sections.contains(section.name) else { return nil }
        let nearest = KnownNames.nearest(to: section.name, among: KnownNames.sections)
        return ConfigurationWarning(place: section.place, kind: .unknownSection(section.name, nearest: nearest))
    }
}
