/// Why nothing, or nothing more, could be measured.
package struct Failure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
