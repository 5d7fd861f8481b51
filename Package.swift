// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // Rooms are small and call each other for every report: without it each comparison of two times is a call. It looks into
    // what is public, and not into what is `package`.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

func room(_ name: String, _ dependencies: [Target.Dependency] = [], and more: [SwiftSetting] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + more)
}

func daemon(_ name: String) -> Target {
    .executableTarget(
        name: "fail2ban-\(name.lowercased())",
        dependencies: [.byName(name: "\(name)Daemon"), "DaemonKit", "ClusterConfiguration", "LinuxSystem", logging],
        swiftSettings: strict)
}

func tests(
    of name: String, with dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, resources: resources,
        swiftSettings: strict)
}

let package = Package(
    name: "fail2ban-cluster",
    products: [
        .executable(name: "fail2ban-monitor", targets: ["fail2ban-monitor"]),
        .executable(name: "fail2ban-publisher", targets: ["fail2ban-publisher"]),
        .executable(name: "fail2ban-subscriber", targets: ["fail2ban-subscriber"]),
        .executable(name: "fail2ban-cluster", targets: ["fail2ban-cluster"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Floor 5: executables, @main and wiring.
        daemon("Monitor"),
        daemon("Publisher"),
        daemon("Subscriber"),
        .executableTarget(
            name: "fail2ban-cluster", dependencies: ["AdministrationCommands"], swiftSettings: strict),

        .executableTarget(
            name: "cluster-simulate", dependencies: ["Simulation", "LinuxSystem", argumentParser], swiftSettings: strict
        ),
        .executableTarget(
            name: "cluster-benchmark", dependencies: ["Benchmark", argumentParser],
            swiftSettings: strict),

        // Floor 4: the shells around the machines of ClusterCore, and the world in which they are simulated.
        room("Simulation", ["ClusterCore", "BanModel"]),
        // The daemons as built, measured from outside, and the rooms below in this process.
        room(
            "Benchmark",
            [
                "ClusterCore", "ClusterProtocol", "ClusterConfiguration", "ClusterIdentity", "Fail2Ban", "BanModel",
                "ZeroMQ", "LinuxSystem", crypto,
            ]),
        room(
            "MonitorDaemon",
            [
                "HubClient", "DaemonKit", "ClusterCore", "ClusterProtocol", "ClusterConfiguration", "Fail2Ban",
                "BanModel", "ZeroMQ", "LinuxSystem", logging,
            ]),
        room(
            "PublisherDaemon",
            [
                "HubClient", "DaemonKit", "ClusterCore", "ClusterIdentity", "ClusterProtocol", "ClusterConfiguration",
                "ReportStore", "BanModel", "ZeroMQ", "LinuxSystem", deque, logging,
            ]),
        room(
            "SubscriberDaemon",
            [
                "HubClient", "DaemonKit", "ClusterCore", "ClusterProtocol", "ClusterConfiguration", "Fail2Ban",
                "PacketFilter", "BanModel", "ZeroMQ", "LinuxSystem", logging,
            ]),

        room(
            "AdministrationCommands",
            [
                "HubClient", "DaemonKit", "ClusterIdentity", "ClusterProtocol", "ClusterConfiguration", "Fail2Ban",
                "PacketFilter", "BanModel", "ZeroMQ", "LinuxSystem", argumentParser,
            ]),

        // Floor 3: what daemons share.
        room("HubClient", ["ClusterProtocol", "BanModel", "ZeroMQ", "LinuxSystem", logging]),
        room(
            "DaemonKit",
            [
                "BanModel", "ClusterConfiguration", "ClusterProtocol", "LinuxSystem", argumentParser, logging,
            ]),

        // Floor 2: the machines, the protocol, the configuration, fail2ban, nft, the database.
        room("ClusterCore", ["BanModel", deque, heap]),
        room("ClusterIdentity", ["BanModel", crypto]),
        room("ClusterProtocol", ["BanModel"]),
        room("ClusterConfiguration", ["BanModel"]),
        room("Fail2Ban", ["BanModel", "LinuxSystem"]),
        room("PacketFilter", ["BanModel", "LinuxSystem"]),
        room("ReportStore", ["BanModel", "LinuxSystem", grdb, sqlite]),

        // Floor 1: values, and libzmq.
        room("BanModel"),
        room("ZeroMQ", ["LinuxSystem", "CZeroMQ"], and: [.strictMemorySafety()]),

        // Floor 0: the operating system.
        room("LinuxSystem", ["CLinux"]),
        .target(name: "CLinux"),
        .systemLibrary(name: "CZeroMQ"),

        // What tests share: threads for what blocks, a real fail2ban, and a process with a report store.
        .target(name: "OwnThread", dependencies: ["LinuxSystem"], path: "Tests/OwnThread", swiftSettings: strict),
        .target(
            name: "RealFail2Ban", dependencies: ["LinuxSystem", "OwnThread"], path: "Tests/RealFail2Ban",
            swiftSettings: strict),

        .executableTarget(
            name: "store-writer", dependencies: ["ReportStore", "BanModel", "LinuxSystem"], path: "Tests/StoreWriter",
            swiftSettings: strict),

        tests(of: "BanModel"),
        tests(of: "ClusterCore", with: ["BanModel"]),
        tests(of: "ClusterIdentity", with: ["BanModel", "ClusterProtocol"]),
        tests(of: "ClusterProtocol", with: ["BanModel"]),
        tests(of: "ClusterConfiguration", with: ["BanModel"], resources: [.copy("Fixtures")]),
        tests(
            of: "Fail2Ban", with: ["BanModel", "LinuxSystem", "OwnThread", "RealFail2Ban"],
            resources: [.copy("Fixtures")]),
        tests(
            of: "DaemonKit",
            with: [
                "BanModel", "ClusterConfiguration", "ClusterProtocol", "LinuxSystem", "OwnThread", argumentParser,
                logging,
            ]),
        tests(
            of: "AdministrationCommands",
            with: ["BanModel", "ClusterConfiguration", "ClusterProtocol", "Fail2Ban", "LinuxSystem", argumentParser]),
        tests(of: "HubClient", with: ["BanModel", "ClusterProtocol", "LinuxSystem", "OwnThread", "ZeroMQ"]),
        tests(of: "LinuxSystem", with: ["OwnThread"]),
        tests(
            of: "MonitorDaemon", with: ["BanModel", "ClusterConfiguration", "Fail2Ban", "LinuxSystem", "OwnThread"]),
        tests(of: "PacketFilter", with: ["BanModel", "LinuxSystem", "OwnThread"]),
        tests(of: "ReportStore", with: ["BanModel", "LinuxSystem", "OwnThread", "store-writer", grdb]),
        tests(of: "Simulation"),
        tests(of: "Benchmark"),
        tests(of: "ZeroMQ", with: ["LinuxSystem", "OwnThread"]),
        // The monitor's core on what a real fail2ban wrote and answered.
        .testTarget(
            name: "ReplayTests", dependencies: ["BanModel", "ClusterCore", "Fail2Ban", "RealFail2Ban"],
            swiftSettings: strict),
        // The files for fail2ban and systemd, with the real programs.
        .testTarget(name: "PackagingTests", swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "fail2ban-monitor", "fail2ban-publisher", "fail2ban-subscriber", "fail2ban-cluster", "BanModel",
                "ClusterIdentity", "ClusterProtocol", "OwnThread", "RealFail2Ban",
            ],
            exclude: ["Original"],
            swiftSettings: strict),
    ]
)

// libFuzzer's flags change how everything is built, so the fuzz targets exist for scripts/fuzz alone (docs/fuzzing.md).
if Context.environment["FAIL2BAN_CLUSTER_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "cluster-fuzz",
            dependencies: [
                "ClusterCore", "ClusterProtocol", "ClusterConfiguration", "Fail2Ban", "PacketFilter", "BanModel",
            ],
            path: "Tests/Fuzz", exclude: ["corpus"], swiftSettings: strict))
}
