public import BanModel

/// What a peer asks of a hub: one frame, in the old form or a new one.
public enum HubQuestion: Hashable, Sendable {
    case announcement(Announcement, token: String?)
    case hello(Hello)
    case reports(ReportsRequest)
    case sync(SyncRequest)
    case progress(ProgressRequest)
    case held(HeldRequest)
    case status(StatusRequest)
    case show(ShowRequest)
    case pardon(PardonRequest)
    case enrol(EnrolRequest)
    case keys(KeysRequest)

    /// Why bytes are no question, in the form in which the peer asked.
    public enum Fault: Error, Hashable, Sendable {
        case oldForm(OldForm.Fault)
        case newForm(HubRefusal)

        /// The reply: a monitor of the old form dies of anything but `NAK`.
        public var reply: [UInt8] {
            switch self {
            case .oldForm: OldForm.refusal
            case .newForm(let refusal): refusal.bytes
            }
        }

        public var reason: String {
            switch self {
            case .oldForm(let fault): "\(fault)"
            case .newForm(let refusal): refusal.reason
            }
        }
    }

    public init(_ bytes: [UInt8]) throws(Fault) {
        do throws(HubRefusal) {
            if bytes.starts(with: Hello.head) {
                self = .hello(try Hello(reading: bytes))
                return
            }
            if bytes.starts(with: ReportsRequest.head) {
                self = .reports(try ReportsRequest(reading: bytes))
                return
            }
            if let request = try SyncRequest(reading: bytes) {
                self = .sync(request)
                return
            }
            if let request = try ProgressRequest(reading: bytes) {
                self = .progress(request)
                return
            }
            if let request = try HeldRequest(reading: bytes) {
                self = .held(request)
                return
            }
            if let request = try StatusRequest(reading: bytes) {
                self = .status(request)
                return
            }
            if let request = try ShowRequest(reading: bytes) {
                self = .show(request)
                return
            }
            if let request = try PardonRequest(reading: bytes) {
                self = .pardon(request)
                return
            }
            if let request = try EnrolRequest(reading: bytes) {
                self = .enrol(request)
                return
            }
            if let request = try KeysRequest(reading: bytes) {
                self = .keys(request)
                return
            }
        } catch {
            throw .newForm(error)
        }
        do throws(OldForm.Fault) {
            let (token, announcement) = try OldForm.readRequest(bytes)
            self = .announcement(announcement, token: token)
        } catch {
            throw .oldForm(error)
        }
    }
}
