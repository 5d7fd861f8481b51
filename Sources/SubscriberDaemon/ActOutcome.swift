internal import BanModel

/// What came of an act, on its way back to the loop.
struct ActOutcome: Sendable {
    var answer: Answer
    /// By the thread that carried it out: the loop may come to it later.
    var took: Duration
}
