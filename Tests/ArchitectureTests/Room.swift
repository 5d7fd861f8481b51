/// A target: what Package.swift says that it needs, and what its files import.
struct Room {
    struct Import {
        let module: String
        /// `Sources/Room/File.swift:3`
        let place: String
    }

    let name: String
    /// Targets of this package and products of others.
    var dependencies: [String] = []
    var imports: [Import] = []
}

extension Room {
    /// The modules that a file imports, with their lines; attributes, access levels and kinds of declaration go by.
    static func imports(in text: String, of file: String) -> [Import] {
        let pattern =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|actor|func|let|var)\s+)?(\w+)/
        var imports: [Import] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for statement in line.split(separator: ";") {
                guard let match = statement.firstMatch(of: pattern) else { continue }
                imports.append(Import(module: String(match.1), place: "\(file):\(index + 1)"))
            }
        }
        return imports
    }

    /// Every breach of the table, in words; empty where there is none.
    static func faults(in rooms: [Room]) -> [String] { rooms.flatMap { $0.faults() } }

    private func faults() -> [String] {
        guard let floor = Floors.table[name] else { return ["\(name) is missing from the table of floors"] }
        let needs =
            dependencies.map { ($0, "Package.swift") } + imports.map { ($0.module, $0.place) }
        var faults: [String] = []
        for (module, place) in needs where module != name {
            if let owner = Floors.owners[module], owner != name {
                faults.append("\(place): only \(owner) may import \(module), not \(name)")
            } else if let allowed = Floors.pure[name], !allowed.contains(module) {
                faults.append(
                    "\(place): \(name) may import \(allowed.sorted().joined(separator: ", ")) only, not \(module)")
            } else if let other = Floors.table[module] {
                if other >= floor, !Floors.exceptions.contains([name, module]) {
                    faults.append("\(place): \(name) (floor \(floor)) may not import \(module) (floor \(other))")
                } else if !dependencies.contains(module) {
                    faults.append("\(place): \(name) imports \(module), which Package.swift does not say")
                }
            }
        }
        return faults
    }
}
