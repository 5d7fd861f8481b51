public import BanModel

extension HubQuestion {
    /// What roles somebody needs to ask it: all of them.
    public var purposes: [Purpose] {
        switch self {
        case .announcement(let announcement, _): [.report(as: announcement.host)]
        case .hello(let hello): [hello.instance == nil ? .greet(as: hello.host) : .report(as: hello.host)]
        case .reports(let request): Self.purposes(of: request)
        case .held(let request): [.report(as: request.host)]
        case .sync(let request):
            [request.audience == .copies ? .copy(as: request.asker.host) : .befriend(as: request.asker.host)]
        case .progress(let request): [.copy(as: request.asker.host)]
        case .status(let request): [.administer(as: request.asker.host)]
        case .show(let request): [.administer(as: request.asker.host)]
        case .pardon(let request): [.administer(as: request.asker.host)]
        case .enrol: [.enrol]
        case .keys(let request): [.befriend(as: request.asker.host)]
        }
    }

    /// What a person says of a host needs another role than what its monitor says.
    private static func purposes(of request: ReportsRequest) -> [Purpose] {
        let isPersonal = request.reports.contains(where: \.origin.source.isAdministrators)
        let isOther = request.reports.contains { !$0.origin.source.isAdministrators }
        return (isPersonal ? [.administer(as: request.host)] : [])
            + (isOther || !isPersonal ? [.report(as: request.host)] : [])
    }
}
