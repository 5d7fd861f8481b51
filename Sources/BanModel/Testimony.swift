/// One live report on an address, as far as its confidence is concerned.
package struct Testimony: Hashable, Sendable {
    package var witness: Witness
    package var link: Link
    package var trust: Trust

    package init(_ witness: Witness, by link: Link = .own, trust: Trust = .full) {
        self.witness = witness
        self.link = link
        self.trust = trust
    }
}
