public enum Version {
    /// Of all programs of the project: they are released together.
    public static let current = "0.1.0"
}
