internal import Glibc

/// What this machine calls itself.
public enum HostName {
    /// gethostname(2); empty where it is no text.
    public static var own: String {
        var name = [CChar](repeating: 0, count: 257)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return name.withUnsafeBufferPointer { String(validatingCString: $0.baseAddress!) } ?? ""
    }
}
