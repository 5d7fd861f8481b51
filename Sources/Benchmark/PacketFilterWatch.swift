internal import Glibc
internal import LinuxSystem

/// Hears from the kernel what comes into nftables' sets (netlink(7)): it costs the measured path nothing but that message.
struct PacketFilterWatch: ~Copyable {
    // From linux/netlink.h, linux/netfilter/nfnetlink.h and nf_tables.h, which Swift's Glibc has not.
    private static let (family, netfilter): (Int32, Int32) = (16, 12)
    /// NFNLGRP_NFTABLES, as a bit.
    private static let group: UInt32 = 1 << 6
    /// NFNL_SUBSYS_NFTABLES and NFT_MSG_NEWSETELEM.
    private static let newElement: UInt16 = 10 << 8 | 12

    private let descriptor: Int32

    init() throws {
        descriptor = Glibc.socket(
            Self.family, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Self.netfilter)
        guard descriptor >= 0 else { throw Failure("no netlink socket: \(SystemError.text(of: errno))") }
        // sockaddr_nl: family, padding, port, groups.
        var address: (UInt16, UInt16, UInt32, UInt32) = (UInt16(Self.family), 0, 0, Self.group)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, 12) }
        }
        guard result == 0 else { throw Failure("bind netlink: \(SystemError.text(of: errno))") }
    }

    deinit { close(descriptor) }

    /// Until the kernel has this address in a set.
    ///
    /// - Parameter address: an IPv4 address.
    func wait(for address: String) throws {
        let wanted = address.split(separator: ".").compactMap { UInt8($0) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let deadline = SystemClock.monotonic() + 5_000_000
        while true {
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let rest = deadline - SystemClock.monotonic()
            guard rest > 0, poll(&watched, 1, Int32(rest / 1000 + 1)) > 0 else {
                throw Failure("the kernel got no \(address)")
            }
            let count = Glibc.recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failure("netlink: \(SystemError.text(of: errno))") }
            if Self.holds(wanted, buffer[..<count]) { return }
        }
    }

    /// Messages begin with their length, 4 bytes, and their type, 2; each is filled up to 4.
    private static func holds(_ wanted: [UInt8], _ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while rest.count >= 16 {
            let start = rest.startIndex
            let length = (0..<4).reduce(0) { $0 | Int(rest[start + $1]) << (8 * $1) }
            guard (16...rest.count).contains(length) else { return false }
            let type = UInt16(rest[start + 4]) | UInt16(rest[start + 5]) << 8
            if type == newElement, rest.prefix(length).contains(wanted) { return true }
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return false
    }
}
