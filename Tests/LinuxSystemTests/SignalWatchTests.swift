import Glibc
import LinuxSystem
import OwnThread
import Testing

@Suite struct SignalWatchTests {
    @Test func `a signal is read, and ends nobody`() async throws {
        // A thread of its own: signals stay blocked for as long as the thread lives.
        let heard = try await onOwnThread("signals") { () throws(SystemError) -> [Int32?] in
            let watch = try SignalWatch([SIGUSR2, SIGWINCH])
            let before = watch.next()
            pthread_kill(pthread_self(), SIGUSR2)
            var watched = pollfd(fd: watch.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, -1)
            return [before, watch.next(), watch.next()]
        }
        #expect(heard == [nil, SIGUSR2, nil])
    }
}
