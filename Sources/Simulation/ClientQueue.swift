internal import BanModel

/// A daemon's second thread: it runs fail2ban's client for one job after the other.
final class ClientQueue<Job> {
    private let fail2ban: SimulatedFail2Ban
    private let work: (Job, SimulatedFail2Ban) -> Answer
    private let answered: (Job, Answer) -> Void
    private var jobs: [Job] = []
    private var isBusy = false
    /// The daemon is gone: a client that runs goes on, and nobody hears of it.
    private var isOrphaned = false

    init(
        _ fail2ban: SimulatedFail2Ban, work: @escaping (Job, SimulatedFail2Ban) -> Answer,
        answered: @escaping (Job, Answer) -> Void
    ) {
        self.fail2ban = fail2ban
        self.work = work
        self.answered = answered
    }

    func add(_ job: Job) {
        jobs.append(job)
        next()
    }

    func orphan() {
        isOrphaned = true
        jobs = []
    }

    private func next() {
        guard !isBusy, !jobs.isEmpty else { return }
        isBusy = true
        let job = jobs.removeFirst()
        fail2ban.call({ [work] in work(job, $0) }) { [self] answer in
            isBusy = false
            guard !isOrphaned else { return }
            answered(job, answer)
            next()
        }
    }
}
