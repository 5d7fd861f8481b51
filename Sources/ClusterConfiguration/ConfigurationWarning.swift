/// Something in a configuration that does nothing.
public struct ConfigurationWarning: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// Nobody knows the key; `nearest` is what was perhaps meant.
        case unknownKey(String, section: String, nearest: String?)
        case unknownSection(String, nearest: String?)
        /// Another version reads it: nothing that an administrator must mend.
        case unusedKey(String, section: String)
    }

    public let place: Place
    public let kind: Kind

    /// Whether only a curious reader wants to know: the file may well be shared with a version that reads it.
    public var isQuiet: Bool {
        switch kind {
        case .unknownKey, .unknownSection: false
        case .unusedKey: true
        }
    }

    public var description: String {
        func meant(_ nearest: String?, _ mark: (String) -> String) -> String {
            nearest.map { ", did you mean \(mark($0))?" } ?? ""
        }
        return switch kind {
        case .unknownKey(let key, let section, let nearest):
            "\(place): unknown key \"\(ConfigurationFault.shortened(key))\" in [\(section)]"
                + meant(nearest) { "\"\($0)\"" }
        case .unknownSection(let section, let nearest):
            "\(place): unknown section [\(ConfigurationFault.shortened(section))]" + meant(nearest) { "[\($0)]" }
        case .unusedKey(let key, let section): "\(place): \(key) in [\(section)] is not used by this version"
        }
    }
}
