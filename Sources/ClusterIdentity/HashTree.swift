/// Hashes that share one signature: what is signed is the root, and each leaf shows by its path that it is under it.
///
/// Of two nodes beside each other the hash is one of the row above; the last of an odd row goes up as it is.
struct HashTree {
    /// More leaves make longer paths, and each report carries its own: 4 hashes at most.
    static let most = 16

    private let rows: [[SignedText.Hash]]

    /// - Parameter leaves: 1 to ``most``.
    init(leaves: [SignedText.Hash]) {
        precondition((1...Self.most).contains(leaves.count))
        var rows = [leaves]
        while let last = rows.last, last.count > 1 {
            rows.append(
                stride(from: 0, to: last.count, by: 2).map { left in
                    left + 1 < last.count ? SignedText.node(last[left], last[left + 1]) : last[left]
                })
        }
        self.rows = rows
    }

    var root: SignedText.Hash { rows[rows.count - 1][0] }

    /// What stands beside it, row by row.
    func path(to leaf: Int) -> [SignedText.Hash] {
        var place = leaf
        var path: [SignedText.Hash] = []
        for row in rows.dropLast() {
            let other = place ^ 1
            if other < row.count { path.append(row[other]) }
            place /= 2
        }
        return path
    }

    /// The root above a leaf; nil where the path has not the length that it must have.
    static func root(
        over leaf: SignedText.Hash, at index: Int, of count: Int, path: [SignedText.Hash]
    ) -> SignedText.Hash? {
        guard (1...most).contains(count), (0..<count).contains(index) else { return nil }
        var (hash, place, width) = (leaf, index, count)
        var path = path[...]
        while width > 1 {
            if place ^ 1 < width {
                guard let other = path.popFirst() else { return nil }
                hash = place & 1 == 0 ? SignedText.node(hash, other) : SignedText.node(other, hash)
            }
            (place, width) = (place / 2, (width + 1) / 2)
        }
        return path.isEmpty ? hash : nil
    }
}
