internal import BanModel

/// The earlier of two moments; nil stands for never.
func earlier(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
    guard let one else { return other }
    guard let other else { return one }
    return min(one, other)
}
