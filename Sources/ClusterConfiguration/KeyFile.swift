public import BanModel

/// A file that holds one secret key: 40 characters of Z85 on a line, for its owner alone.
public enum KeyFile {
    /// What its permissions are to be.
    public static let permissions: UInt32 = 0o600

    /// - Throws: one fault: it cannot be read, others can, or it holds something else.
    public static func read(_ path: AbsolutePath) throws(ConfigurationError) -> SecretKey {
        let file: (bytes: [UInt8], permissions: UInt32)
        do throws(ReadError) {
            file = try BoundedFile.read(path.text)
        } catch {
            throw fault(path, "\(error.reason): `\(maker)` makes a key")
        }
        guard file.permissions & 0o077 == 0 else {
            throw fault(path, "others may use this secret key: run `chmod 600 \(path)`; a new key, if others did")
        }
        guard let key = key(in: file.bytes) else {
            throw fault(path, "expected one line with a secret key of 40 characters: `\(maker)` makes one")
        }
        return key
    }

    /// What stands in the file of this key.
    public static func contents(_ key: SecretKey) -> [UInt8] { Array((key.text + "\n").utf8) }

    private static let maker = "fail2ban-cluster keygen"

    static func key(in bytes: [UInt8]) -> SecretKey? {
        guard bytes.count <= 256, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let words = text.split { $0.isWhitespace }
        return words.count == 1 ? SecretKey(words[0]) : nil
    }

    private static func fault(_ path: AbsolutePath, _ reason: String) -> ConfigurationError {
        ConfigurationError(faults: [ConfigurationFault(Place(file: path.text, line: nil), reason)])
    }
}
