import Testing

@Suite struct ArchitectureTests {
    @Test func `no room imports a room of its own floor or a higher one`() throws {
        let rooms = try PackageOnDisk.rooms()
        for fault in Room.faults(in: rooms) { Issue.record("\(fault)") }
        // Proof that something was read: a room, a dependency and an import that are there.
        let zeroMQ = try #require(rooms.first { $0.name == "ZeroMQ" })
        #expect(zeroMQ.dependencies == ["LinuxSystem", "CZeroMQ"])
        #expect(
            zeroMQ.imports.contains { $0.module == "CZeroMQ" && $0.place.hasPrefix("Sources/ZeroMQ/Context.swift:") })
    }

    private static func room(_ name: String, needs: [String] = [], imports: [String] = []) -> Room {
        Room(
            name: name, dependencies: needs,
            imports: imports.map { Room.Import(module: $0, place: "Sources/\(name)/X.swift:1") })
    }

    @Test(arguments: [
        (
            room("BanModel", needs: ["ClusterCore"]),
            "Package.swift: BanModel (floor 1) may not import ClusterCore (floor 2)"
        ),
        (
            room("ZeroMQ", imports: ["HubClient"]),
            "Sources/ZeroMQ/X.swift:1: ZeroMQ (floor 1) may not import HubClient (floor 3)"
        ),
        (
            room("HubClient", needs: ["DaemonKit"]),
            "Package.swift: HubClient (floor 3) may not import DaemonKit (floor 3)"
        ),
        (
            room("fail2ban-monitor", imports: ["fail2ban-cluster"]),
            "Sources/fail2ban-monitor/X.swift:1: fail2ban-monitor (floor 5) may not import fail2ban-cluster (floor 5)"
        ),
        (
            room("CLinux", needs: ["LinuxSystem"]),
            "Package.swift: CLinux (floor 0) may not import LinuxSystem (floor 0)"
        ),
        (
            room("ClusterCore", needs: ["BanModel"], imports: ["BanModel", "Glibc"]),
            "Sources/ClusterCore/X.swift:1: ClusterCore may import BanModel, DequeModule, HeapModule only, not Glibc"
        ),
        (
            room("ClusterCore", needs: ["BanModel", "LinuxSystem"]),
            "Package.swift: ClusterCore may import BanModel, DequeModule, HeapModule only, not LinuxSystem"
        ),
        (
            room("ClusterCore", needs: ["Logging"]),
            "Package.swift: ClusterCore may import BanModel, DequeModule, HeapModule only, not Logging"
        ),
        (
            room("HubClient", imports: ["CZeroMQ"]),
            "Sources/HubClient/X.swift:1: only ZeroMQ may import CZeroMQ, not HubClient"
        ),
        (room("DaemonKit", needs: ["CLinux"]), "Package.swift: only LinuxSystem may import CLinux, not DaemonKit"),
        (room("Attic"), "Attic is missing from the table of floors"),
        (
            room("DaemonKit", imports: ["LinuxSystem"]),
            "Sources/DaemonKit/X.swift:1: DaemonKit imports LinuxSystem, which Package.swift does not say"
        ),
    ])
    func `a breach is found`(room: Room, expected: String) {
        #expect(Room.faults(in: [room]) == [expected])
    }

    @Test(arguments: [
        room("LinuxSystem", needs: ["CLinux", "Subprocess"], imports: ["CLinux", "Glibc", "Subprocess"]),
        room("ZeroMQ", needs: ["LinuxSystem", "CZeroMQ"], imports: ["CZeroMQ", "LinuxSystem"]),
        room("ClusterCore", needs: ["BanModel"], imports: ["BanModel"]),
        room(
            "fail2ban-cluster", needs: ["AdministrationCommands", "DaemonKit"],
            imports: ["ArgumentParser", "DaemonKit"]),
    ])
    func `what the table allows is no breach`(room: Room) {
        #expect(Room.faults(in: [room]) == [])
    }

    @Test(arguments: [
        ("import A", ["A"]), ("  @testable import A", ["A"]), ("package import A // why", ["A"]),
        ("@_spi(Inner) @preconcurrency public import A", ["A"]), ("import struct A.B", ["A"]), ("import A.B", ["A"]),
        ("import A; import B", ["A", "B"]), ("// import A", []), ("let important = 1", []), ("", []),
    ])
    func `an import is read however it is written`(line: String, modules: [String]) {
        let imports = Room.imports(in: "\n\(line)\n", of: "X.swift")
        #expect(imports.map(\.module) == modules)
        #expect(imports.allSatisfy { $0.place == "X.swift:2" })
    }
}
