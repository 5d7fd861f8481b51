internal import BanModel
internal import ClusterConfiguration
internal import ClusterProtocol
internal import DaemonKit
internal import Fail2Ban
internal import Glibc
internal import LinuxSystem
internal import PacketFilter

/// What a person would try on this host when something does not work, in the order in which it would be tried.
struct Inspection {
    private(set) var findings: [Finding] = []
    private let setup: Setup
    private var progress = Progress()
    /// The daemons that this host is for: those that run; where none does, those that have a section.
    private var roles: Set<String> = []

    private var configuration: Configuration { setup.configuration }

    init(_ setup: Setup) { self.setup = setup }

    var isFailed: Bool { findings.contains { $0.verdict == .failed } }

    mutating func run() {
        inspectConfiguration()
        inspectDaemons()
        inspectStart(of: configuration.publisher)
        inspectStart(of: configuration.monitor)
        inspectStart(of: configuration.subscriber)
        inspectState()
        inspectLog()
        inspectFail2Ban()
        inspectPacketFilter()
        for (hub, isAsked) in places() { inspect(hub, isAsked: isAsked) }
        if setup.hubs.isEmpty {
            findings.append(Finding("hub", .failed, "none is named", remedy: setup.noHub.description))
        }
        progress.end()
    }

    private mutating func inspectConfiguration() {
        findings.append(Finding("configuration", .ok, "\(configuration.path), as host \(setup.asker.host)"))
        for warning in configuration.warnings where !warning.isQuiet {
            findings.append(Finding("configuration", .warning, "\(warning)", remedy: "correct or remove it"))
        }
    }

    /// What keeps a daemon from its start though the file can be read.
    private mutating func inspectStart<Section: DaemonSection>(of section: Section?) {
        guard let section else { return }
        do throws(ConfigurationError) {
            let _: Section = try configuration.section()
            guard let keyFile = section.keyFile else { return }
            _ = try KeyFile.read(keyFile)
            findings.append(Finding("[\(Section.name)]", .ok, "is to speak by the key in \(keyFile)"))
        } catch {
            let isNeeded = roles.contains(Section.name)
            findings += error.faults.map {
                Finding("[\(Section.name)]", isNeeded ? .failed : .warning, "\($0)")
            }
        }
    }

    // MARK: This host

    private mutating func inspectDaemons() {
        let sections: [(name: String, path: AbsolutePath?)?] = [
            configuration.publisher.map { ("publisher", $0.pidfile) },
            configuration.monitor.map { ("monitor", $0.pidfile) },
            configuration.subscriber.map { ("subscriber", $0.pidfile) },
        ]
        var holders: [(name: String, process: Int32?)] = []
        for (section, pidfile) in sections.compactMap({ $0 }) {
            let name = "fail2ban-\(section)"
            let path = pidfile?.text ?? "\(configuration.general.stateFolder)/\(name).pid"
            do {
                holders.append((section, try PidFile.holder(of: path)))
            } catch let refusal as PidFile.Refusal {
                findings.append(Finding(name, .ok, "\(refusal)"))
                roles.insert(section)
            } catch {
                findings.append(
                    Finding(name, .warning, "it is not known whether it runs: \(error)", remedy: "run this as root"))
                roles.insert(section)
            }
        }
        let running = holders.filter { $0.process != nil }
        let isAny = !running.isEmpty || !roles.isEmpty
        roles.formUnion((isAny ? running : holders).map(\.name))
        findings += holders.map { Finding.daemon("fail2ban-\($0.name)", process: $0.process, isNeeded: !isAny) }
        if configuration.publisher == nil, configuration.monitor == nil, configuration.subscriber == nil {
            findings.append(
                Finding(
                    "daemons", .warning, "no section for any: nothing is to run here",
                    remedy: "see the configuration that is shipped"))
        }
    }

    private mutating func inspectState() {
        let path = configuration.general.stateFolder.text
        guard access(path, F_OK) == 0 || errno != ENOENT else {
            findings.append(Finding("statedir", .ok, "\(path) is made when a daemon starts"))
            return
        }
        if access(path, R_OK | W_OK | X_OK) == 0 {
            findings.append(Finding("statedir", .ok, "\(path) can be written"))
        } else {
            let reason = SystemError.text(of: errno)
            findings.append(
                Finding(
                    "statedir", .failed, "\(path): \(reason)",
                    remedy: "run this as root; give the folder to the user that the daemons run as"))
        }
    }

    private mutating func inspectLog() {
        guard roles.contains("monitor"), let monitor = configuration.monitor else { return }
        switch monitor.log {
        case .file(let path):
            do throws(SystemError) {
                let file = try File.open(reading: path.text)
                _ = try file.read(atMost: 1, at: 0)
                findings.append(Finding("log", .ok, "\(path) can be read"))
            } catch {
                findings.append(
                    Finding(
                        "log", .failed, "\(error)",
                        remedy: error.isNotPermitted
                            ? "run this, and the monitor, as root"
                            : "set fail2banlogpath in [monitor] to what `fail2ban-client get logtarget` says"))
            }
        case .journal:
            let result = runProgram("journalctl", ["--version"], timeLimit: .seconds(10), outputLimit: 1 << 16)
            if case .exited(0, _, _) = result {
                findings.append(Finding("log", .ok, "the journal, by journalctl"))
            } else {
                findings.append(
                    Finding(
                        "log", .failed, "journalctl does not run: \(result)",
                        remedy: "install it, or set fail2banlogpath in [monitor] to fail2ban's log file"))
            }
        }
    }

    private mutating func inspectPacketFilter() {
        guard roles.contains("subscriber"), let subscriber = configuration.subscriber, subscriber.action == .nftables
        else { return }
        findings.append(.packetFilter(PacketFilterProgram().read(subscriber.packetFilterForm)))
    }

    private mutating func inspectFail2Ban() {
        let subscriber = roles.contains("subscriber") ? configuration.subscriber : nil
        let speaksBySocket = subscriber?.action == .fail2banSocket
        let isCommanded = speaksBySocket || subscriber?.action == .fail2banClient
        guard roles.contains("monitor") || isCommanded else { return }
        let path = configuration.general.socket?.text
        let client = configuration.general.client.map {
            Fail2BanClient(program: $0.name, socket: path, timeLimit: .seconds(20))
        }
        guard client != nil || speaksBySocket else {
            findings.append(
                Finding(
                    "fail2ban", .warning, "is never asked, since fail2banclient is empty: the log alone counts",
                    remedy: "set fail2banclient in [general], so that a restart of fail2ban is told from an unban"))
            return
        }
        progress.show("asking fail2ban")
        let access = Fail2BanAccess(path: path, client: client, timeLimit: .seconds(20)) { _, _ in }
        let answer = speaksBySocket ? access.ask(.jails) : client?.ask(.jails) ?? .impossible("fail2banclient is empty")
        findings.append(.fail2ban(answer))
        if isCommanded, case .own(let jail) = subscriber?.targetJail, case .jails(let running) = answer {
            findings.append(.targetJail(jail, running: running))
        }
    }

    // MARK: Hubs

    /// Each place that this host has to reach, once, and whether it is one where questions are asked.
    private func places() -> [(Setup.Hub, isAsked: Bool)] {
        let own = roles.contains("publisher") ? configuration.publisher?.replyEndpoint.fromThisHost : nil
        let monitored = roles.contains("monitor") ? configuration.monitor?.hubs ?? [] : []
        let asked =
            setup.hubs + monitored.map { Setup.Hub(endpoint: $0.endpoint, key: $0.key) }
            + [own].compactMap { $0 }.map { Setup.Hub(endpoint: $0, key: setup.ownHubKey) }
        let heard = roles.contains("subscriber") ? setup.broadcasts : []
        var seen: Set<Endpoint> = []
        return (asked.map { ($0, true) } + heard.map { ($0, false) }).filter { seen.insert($0.0.endpoint).inserted }
    }

    private mutating func inspect(_ hub: Setup.Hub, isAsked: Bool) {
        let endpoint = hub.endpoint
        progress.show("asking \(endpoint)")
        if let host = endpoint.host, (try? Address(host)) == nil {
            do throws(SystemError) {
                let addresses = try HostAddresses.of(host)
                findings.append(Finding("name", .ok, "\(host) is \(Set(addresses).sorted().joined(separator: ", "))"))
            } catch {
                findings.append(
                    Finding(
                        "name", .failed, "\(error)",
                        remedy: "correct the name of \(endpoint), or the resolver; an address needs neither"))
                return
            }
        }
        if let host = endpoint.host, let port = endpoint.port {
            do throws(SystemError) {
                try PortProbe.connect(to: host, port: port, within: min(setup.timeLimit, .seconds(5)))
                findings.append(Finding("port", .ok, "\(endpoint) takes connections"))
            } catch {
                findings.append(
                    Finding(
                        "port", .failed, "\(error)",
                        remedy:
                            "see that fail2ban-publisher runs there, that \(isAsked ? "replybindurl" : "broadcasterbindurl")"
                            + " is this port, and that no firewall is between"))
                return
            }
        }
        if isAsked { findings += HubInspection.findings(at: hub, setup, reports: roles.contains("monitor")) }
    }
}
