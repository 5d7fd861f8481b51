/// Between which two steps a daemon is killed.
enum KillPoint: String, CaseIterable, Sendable {
    case anywhere = "between two turns"
    // The monitor's.
    case newsAndRequest = "between news and request"
    case requestAndSave = "between request and saving"
    case replyAndSave = "between the reply and saving"
    case midSave = "while it saves"
    case saveAndReply = "between saving and the reply"
    // The hub's.
    case takeAndBroadcast = "between taking and broadcast"
    case broadcastAndCommit = "between broadcast and commit"
    case commitAndReply = "between commit and ACK"
    // The subscriber's.
    case ledgerAndAct = "between ledger and act"
    case actAndAnswer = "between act and answer"
    case answerAndLedger = "between answer and ledger"

    static let ofMonitor: [KillPoint] = [.newsAndRequest, .requestAndSave, .replyAndSave, .midSave, .saveAndReply]
    static let ofHub: [KillPoint] = [.takeAndBroadcast, .broadcastAndCommit, .commitAndReply]
    static let ofSubscriber: [KillPoint] = [.ledgerAndAct, .actAndAnswer, .answerAndLedger, .midSave]
}
