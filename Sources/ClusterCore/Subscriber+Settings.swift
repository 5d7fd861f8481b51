public import BanModel

/// What a subscriber is told at first, and what comes out of it.
extension Subscriber {
    public struct Settings: Sendable {
        public enum Target: Hashable, Sendable {
            /// All bans go to one jail that nobody else fills.
            case own(Jail)
            /// Each ban goes to the jail of the same name.
            case same
            /// Nothing is banned; the log action's lines say what would be.
            case log
            /// All bans go to the packet filter.
            case packetFilter

            /// The one that all bans go to; nil: each goes to the jail that its report names.
            var jail: Jail? {
                switch self {
                case .own(let jail): jail
                case .packetFilter: Subscriber.packetFilter
                case .same, .log: nil
                }
            }
        }

        public var host: Host
        public var target: Target
        /// Only what begins like this counts: a prefix of `HOST|JAIL|Ban|ADDRESS`.
        public var prefixFilter: String
        public var ignored: [Address]
        /// The confidence from which on it bans.
        public var threshold: Trust
        /// How long a ban of the old form lasts; nil: for ever.
        public var bantime: Duration?
        /// How many hubs it hears.
        public var hubs: Int
        /// Whether one of them is of the old form: its broadcasts are filtered on the way, and nobody can ask it.
        public var hearsOldForm: Bool
        /// Whether each act starts a program.
        public var startsProgram = true
        public var packetFilterForm: PacketFilterForm

        public init(
            host: Host, target: Target, prefixFilter: String, ignored: [Address], bantime: Duration?, hubs: Int = 1,
            hearsOldForm: Bool = true, packetFilterForm: PacketFilterForm = PacketFilterForm(),
            threshold: Trust = .usualThreshold
        ) {
            self.host = host
            self.target = target
            self.prefixFilter = prefixFilter
            self.ignored = ignored
            self.bantime = bantime
            self.hubs = hubs
            self.hearsOldForm = hearsOldForm
            self.packetFilterForm = packetFilterForm
            self.threshold = threshold
        }
    }

    public enum Act: Hashable, Sendable {
        case instruct(Instruction)
        case ask(Question)
        /// The log action's lines.
        case write([Announcement])
        case readPacketFilter(PacketFilterForm)
        case changePacketFilter(PacketFilterChange)
    }

    public enum Effect: Hashable, Sendable {
        /// To be in the ledger's file before the next effect is carried out.
        case ledger(LedgerRecord)
        /// To be in the replica's file.
        case replica(Report)
        /// As well.
        case trust(FriendLevel)
        /// One at a time: the next comes only after ``Subscriber/done(with:took:at:)``.
        case act(Act)
        case note(Note)
    }

    public enum Note: Hashable, Sendable {
        case heard(Announcement)
        /// This hub's clock shows so much more than ours; not followed: ends are not judged by it, since it would free too
        /// early.
        case clockDiffers(hub: Int, by: Duration, isFollowed: Bool)
        /// A hub was asked for what was missed, and this copy is in step with it again.
        case inStep(hub: Int, reports: Int)
        case banned(Jail, [Address])
        case freed(Jail, [Address])
        case bannedAlready(Subject)
        case neverBanned(Address, reason: String)
        case notListed(Subject)
        case full
        case noSuchJail(Jail)
        case failed(Jail, reason: String)
        /// It was banned, and is not any more; it is banned again.
        case missing(Subject)
        /// A person freed it here.
        case yielded(Subject)
        /// There is no table, or it is not as it should be.
        case packetFilterMadeAnew
        case packetFilterFailed(String)
    }
}
