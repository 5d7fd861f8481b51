internal import Glibc

/// Says that it is ready, and waits until it is ended.
package struct BareStart {
    package init() {}

    package func run() throws {
        print("bare start: ready ")
        flushOutput()
        pause()
    }
}
