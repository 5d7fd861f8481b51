internal import AdministrationCommands

@main struct ClusterProgram {
    static func main() { ClusterCommand.launch() }
}
