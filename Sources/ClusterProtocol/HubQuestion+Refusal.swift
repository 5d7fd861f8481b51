public import BanModel

extension HubQuestion {
    /// How a request is refused that is not even read, in the form in which its sender understands it.
    ///
    /// Of reports the first is refused, and the sender keeps all that follow: refused whole, it would look for another hub.
    public static func refusal(toRequest bytes: [UInt8], _ refusal: HubRefusal, epoch: UInt64) -> [UInt8] {
        if bytes.starts(with: ReportsRequest.head) {
            return ReportsReply.taken(epoch: epoch, except: [0: refusal]).bytes
        }
        return isOfNewForm(bytes) ? refusal.bytes : OldForm.refusal
    }

    /// Whether it begins with a word of the new form. A host of the old form that is called so is refused in the new one,
    /// which it takes for a refusal too.
    private static func isOfNewForm(_ bytes: [UInt8]) -> Bool { heads.contains { bytes.starts(with: $0) } }

    private static let heads = [
        "HELLO|", "SYNC|", "SHARE|", "TWIN|", "PROGRESS|", "HELD|", "STATUS|", "SHOW|", "PARDON|", "DISALLOW|",
        "ENROL|", "KEYS|",
    ].map { Array($0.utf8) }
}
