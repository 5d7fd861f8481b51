internal import ArgumentParser
internal import ClusterConfiguration
internal import Glibc

struct CheckCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Everything to try when something does not work, each with its remedy.",
        discussion: """
            It looks at this host and asks its hubs, and changes nothing. Run it as root: it says what the user may who runs \
            it. Exit status: 0 nothing failed, 1 something did, 78 the configuration is wrong.
            """)

    @OptionGroup var options: CommandOptions

    @Flag(name: .long, help: "For other programs.")
    var json = false

    func run() throws {
        let setup: Setup
        do throws(ConfigurationError) {
            setup = try options.setup()
        } catch {
            try say(
                error.faults.map {
                    Finding(
                        "configuration", .failed, "\($0)",
                        remedy: "mend it there; \(RootCommand.name) and the daemons read the same file")
                })
            throw ExitCode(EX_CONFIG)
        }
        try carryOut(setup)
    }

    func work(_ setup: Setup) throws {
        var inspection = Inspection(setup)
        inspection.run()
        try say(inspection.findings)
        if inspection.isFailed { throw ExitCode.failure }
    }

    private func say(_ findings: [Finding]) throws {
        try Output.say(json ? Finding.document(of: findings) : Finding.text(of: findings))
    }
}
