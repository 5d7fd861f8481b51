internal import ArgumentParser

struct StatusCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "How the hub is, and whom it has heard.",
        discussion: """
            A subscriber is connected that was heard within 90 s: it answers each of the hub's signs of life. A monitor says \
            nothing while nothing happens: of one that is silent for longer it is not known. LAG is how many changes a \
            subscriber has not carried out yet.
            """)

    @OptionGroup var options: CommandOptions

    @Flag(name: .long, help: "For other programs.")
    var json = false

    func work(_ setup: Setup) throws {
        var asker = try HubAsker(setup)
        let hub = try asker.hub()
        let status = try asker.status(of: hub)
        let report = StatusReport(status, endpoint: hub.endpoint, clockOffset: hub.clockOffset)
        try Output.say(json ? report.document : report.text)
    }
}
