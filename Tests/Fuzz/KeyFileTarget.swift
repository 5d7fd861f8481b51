internal import BanModel

@testable internal import ClusterConfiguration

/// A key's file, and the two files of the folder of authorised keys.
enum KeyFileTarget: FuzzTarget {
    static let name = "keyfile"

    static func run(_ bytes: [UInt8]) {
        if let key = KeyFile.key(in: bytes) {
            require(key.bytes.count == 32, "a key of \(key.bytes.count) bytes")
            requireSame(KeyFile.key(in: KeyFile.contents(key)), as: key, "a key's file")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let key = PublicKey(text) {
            require(key.bytes.count == 32, "a key of \(key.bytes.count) bytes")
            // Digits of Z85 may be written in one way alone.
            require(key.description == text, "\(text) is read as \(key)")
        }
        check("web1.conf", bytes, { file throws(ConfigurationError) in try ClientFile(reading: file) }, \.contents)
        check(
            "web1.invitation", bytes, { file throws(ConfigurationError) in try InvitationFile(reading: file) },
            \.contents)
    }

    private static func check<Content: Equatable>(
        _ name: String, _ bytes: [UInt8], _ read: (ConfigurationFile) throws(ConfigurationError) -> Content,
        _ write: (Content) -> [UInt8]
    ) {
        do throws(ConfigurationError) {
            let content = try read(ConfigurationFile(name: name, bytes: bytes))
            let written = write(content)
            do throws(ConfigurationError) {
                // By its contents alone, whatever it is called.
                requireSame(try read(ConfigurationFile(name: "x", bytes: written)), as: content, name)
            } catch {
                fatalError("\(name): \(error) in what was written of \(content)")
            }
        } catch {
            error.check(file: name)
        }
    }
}

extension ConfigurationError {
    func check(file: String) {
        require(!faults.isEmpty, "\(file) is refused without a fault")
        for fault in faults {
            require(fault.place.file == file, "\(fault) is of another file than \(file)")
            requireReason("\(fault)", atMost: 2048, "\(file) is refused")
        }
    }
}
