internal import Glibc

/// Says that it is ready, and waits until it is ended.
public struct BareStart {
    public init() {}

    public func run() throws {
        print("bare start: ready ")
        flushOutput()
        pause()
    }
}
