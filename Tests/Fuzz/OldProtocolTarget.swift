internal import BanModel
internal import ClusterProtocol

/// A message of the original's form, as a hub reads it and as a subscriber does.
enum OldProtocolTarget: FuzzTarget {
    static let name = "oldprotocol"

    static func run(_ bytes: [UInt8]) {
        do throws(OldForm.Fault) {
            let (token, announcement) = try OldForm.readRequest(bytes)
            require(bytes.count <= OldForm.longest, "a request of \(bytes.count) bytes")
            let request = OldForm.request(announcement, token: token)
            let again = try OldForm.readRequest(request)
            requireSame(again.token ?? "-", as: token ?? "-", "a token")
            requireSame(again.announcement, as: announcement, "a request")
            requireSame(try OldForm.readBroadcast(OldForm.message(announcement)), as: announcement, "its ACK")
        } catch {
            requireReason("\(error)", "a request")
        }
        do throws(OldForm.Fault) {
            let announcement = try OldForm.readBroadcast(bytes)
            requireSame(try OldForm.readBroadcast(OldForm.message(announcement)), as: announcement, "a broadcast")
        } catch {
            requireReason("\(error)", "a broadcast")
        }
    }
}
