import BanModel
import Testing

@Suite struct KeyEntryTests {
    private func entry(_ version: Version, _ contents: String?) -> KeyEntry {
        KeyEntry(name: "a.conf", version: version, contents: contents.map { Array($0.utf8) })!
    }

    @Test func `the later version wins, and of one version what says less, the same from either side`() {
        // From the least to the greatest.
        let order = [entry(1, nil), entry(2, "a"), entry(2, "ab"), entry(2, "b"), entry(2, nil), entry(3, "a")]
        for (place, one) in order.enumerated() {
            for (other, another) in order.enumerated() {
                #expect(one.isLess(than: another) == (place < other), "\(place), \(other)")
            }
        }
    }
}
