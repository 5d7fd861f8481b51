import BanModel
import ClusterConfiguration

/// What a text says as the one file `t.conf`, on a machine called `box`.
func parse(_ text: String) throws(ConfigurationError) -> Configuration {
    try Configuration.parse([ConfigurationFile(name: "t.conf", text: text)], machineName: "box")
}

/// The faults of a text, one a line; empty where it has none.
func faults(of text: String) -> [String] {
    do throws(ConfigurationError) {
        _ = try parse(text)
        return []
    } catch {
        return error.faults.map(\.description)
    }
}

/// A value in a section that has all it needs beside it.
func inMonitor(_ lines: String) throws(ConfigurationError) -> MonitorSection {
    try parse("[monitor]\nzmqreplyserver = tcp://127.0.0.1:5678\n" + lines).section()
}

func inPublisher(_ lines: String) throws(ConfigurationError) -> PublisherSection {
    try parse("[publisher]\nbroadcasterbindurl = tcp://127.0.0.1:5680\nreplybindurl = tcp://127.0.0.1:5678\n" + lines)
        .section()
}

func inSubscriber(_ lines: String) throws(ConfigurationError) -> SubscriberSection {
    try parse("[subscriber]\nzmqpublisherurl = tcp://127.0.0.1:5680\n" + lines).section()
}
