public import ClusterConfiguration
internal import ClusterIdentity
public import DaemonKit
internal import LinuxSystem
public import Logging
internal import ReportStore
internal import ZeroMQ

/// The hub: takes requests at one address, checks them, remembers and answers them, and broadcasts what it took at another.
public struct PublisherService {
    private static let descriptors: UInt64 = 65_536

    private let section: PublisherSection
    private let general: GeneralSection
    private let logger: Logger

    public init(section: PublisherSection, general: GeneralSection, logger: Logger) {
        self.section = section
        self.general = general
        self.logger = logger
    }

    /// On the calling thread, until it is asked to end.
    public func run(under supervision: inout Supervision<PublisherSection>) throws {
        // A socket for each client, and for strangers until they are refused: without one, libzmq serves nobody.
        try OwnProcess.raiseDescriptorLimit(to: Self.descriptors)
        let database = section.database?.text ?? "\(general.stateFolder)/publisher.db"
        try FileSystem.createFolder(FileSystem.folder(of: database), mode: 0o750)
        let store = try ReportStore(path: database)
        defer { store.end() }
        let context = try Context()
        var admission: Admission?
        if let keyFile = section.keyFile {
            let folder = section.authorizedKeys?.text ?? "\(general.stateFolder)/authorizedkeys"
            try FileSystem.createFolder(FileSystem.folder(of: folder), mode: 0o750)
            admission = try Admission(
                secret: try KeyFile.read(keyFile),
                folder: folder,
                host: general.hostname, context: context, logger: logger)
        }
        let clusterKey = try general.clusterKey.map { ClusterKey(try KeyFile.read($0)) }
        if let clusterKey { logger.notice("the cluster's key", metadata: ["cluster": "\(clusterKey.cluster)"]) }
        var loop = try PublisherLoop(
            section: section, general: general, admission: admission, clusterKey: clusterKey, logger: logger,
            context: context, store: store)
        try loop.befriend(section.friends)
        try loop.run(under: &supervision)
    }
}
