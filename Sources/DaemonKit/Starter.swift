internal import LinuxSystem
internal import Logging

/// `start`, on the other end of our standard error: it waits there for the word that we are ready.
struct Starter {
    /// Nobody reads our standard error after that word.
    func tell(_ logger: Logger) {
        StandardError.write([DetachedProgram.ready])
        do throws(SystemError) {
            try OwnProcess.silenceStandardError()
        } catch {
            logger.warning("standard error stays open", metadata: ["error": "\(error)"])
        }
    }
}
