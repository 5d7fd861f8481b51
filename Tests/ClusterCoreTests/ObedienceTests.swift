import Testing

@testable import ClusterCore

@Suite struct ObedienceTests {
    private func place(_ sequence: UInt64) -> [Obedience.Place?] { [Obedience.Place(epoch: 1, sequence: sequence)] }

    @Test func `what brings nothing to do is obeyed at once`() {
        var obedience = Obedience(hubs: 1)
        #expect(obedience.obeyed == [nil])
        obedience.note(place(5), next: 0, oldest: nil)
        #expect(obedience.obeyed == place(5))
    }

    @Test func `a change is obeyed once all that waited by then is done`() {
        var obedience = Obedience(hubs: 1)
        obedience.note(place(1), next: 1, oldest: 0)
        obedience.note(place(2), next: 2, oldest: 0)
        #expect(obedience.obeyed == [nil])
        obedience.note(place(2), next: 2, oldest: 1)
        #expect(obedience.obeyed == place(1))
        obedience.note(place(3), next: 3, oldest: 2)
        #expect(obedience.obeyed == place(2))
        obedience.note(place(3), next: 3, oldest: nil)
        #expect(obedience.obeyed == place(3))
    }

    @Test func `a thousand changes while one waits cost no more than a few, and are all obeyed in the end`() {
        var obedience = Obedience(hubs: 1)
        for number in 1...1_000 { obedience.note(place(UInt64(number)), next: UInt64(number), oldest: 0) }
        #expect(obedience.obeyed == [nil])
        obedience.note(place(1_000), next: 1_000, oldest: nil)
        #expect(obedience.obeyed == place(1_000))
    }
}
