internal import LinuxSystem

/// Whether the subscriber, as built, knows an action.
enum ActionCheck {
    /// Why it cannot be measured; nil where it can.
    static func fault(of action: String, _ workshop: Workshop) throws -> String? {
        let configuration = try Cluster.configuration(
            workshop, "subscriber", host: "check", general: "",
            section: "zmqpublisherurl = tcp://127.0.0.1:1\nsubscriberaction = \(action)")
        let result = runProgram(
            "\(workshop.binaries)/fail2ban-subscriber", ["--config", configuration.path, "--check"],
            timeLimit: .seconds(60), outputLimit: 1 << 16)
        switch result {
        case .exited(status: 0, _, _): return nil
        case .exited(status: 78, _, _): return "not in this build"
        default: throw Failure(of: "fail2ban-subscriber --check", result)
        }
    }
}
