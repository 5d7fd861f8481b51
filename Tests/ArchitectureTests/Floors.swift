/// The table of floors: a room imports only rooms of lower floors.
enum Floors {
    static let table: [String: Int] = Dictionary(
        uniqueKeysWithValues: rooms.flatMap { floor, names in names.map { ($0, floor) } })

    private static let rooms: [(Int, [String])] = [
        (
            5,
            [
                "fail2ban-monitor", "fail2ban-publisher", "fail2ban-subscriber", "fail2ban-cluster",
                "cluster-simulate", "cluster-benchmark",
            ]
        ),
        (
            4,
            [
                "MonitorDaemon", "PublisherDaemon", "SubscriberDaemon", "AdministrationCommands", "Simulation",
                "Benchmark",
            ]
        ),
        (3, ["HubClient", "DaemonKit"]),
        (
            2,
            [
                "ClusterCore", "ClusterProtocol", "ClusterConfiguration", "Fail2Ban", "PacketFilter", "ReportStore",
                "ClusterIdentity",
            ]
        ),
        (1, ["BanModel", "ZeroMQ"]),
        (0, ["LinuxSystem", "CLinux", "CZeroMQ"]),
    ]

    /// The one step sideways: LinuxSystem and the C headers that it alone reads.
    static let exceptions: Set<[String]> = [["LinuxSystem", "CLinux"]]

    /// Rooms that may name these modules and no others; swift-collections' containers are as pure as the standard library.
    static let pure: [String: Set<String>] = [
        "ClusterCore": ["BanModel", "DequeModule", "HeapModule"],
        "Simulation": ["BanModel", "ClusterCore", "HeapModule"],
    ]

    /// Modules that one room alone may name.
    static let owners: [String: String] = [
        "CZeroMQ": "ZeroMQ", "CLinux": "LinuxSystem", "GRDB": "ReportStore", "GRDBSQLite": "ReportStore",
    ]
}
