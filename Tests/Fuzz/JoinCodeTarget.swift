internal import BanModel
internal import ClusterProtocol
internal import FoundationEssentials

/// A code of `invite`: as it is, and as the lines in it, with a right checksum and its head.
enum JoinCodeTarget: FuzzTarget {
    static let name = "joincode"

    static func run(_ bytes: [UInt8]) {
        check(String(decoding: bytes, as: UTF8.self))
        check(wrapped(bytes))
    }

    private static func check(_ text: String) {
        do throws(JoinCode.Fault) {
            let code = try JoinCode(text)
            require(!code.hubs.isEmpty && !code.roles.isEmpty, "a code for nothing")
            let again: JoinCode
            do throws(JoinCode.Fault) { again = try JoinCode(code.text) } catch { fatalError("\(code): \(error)") }
            requireSame(again, as: code, "a code")
        } catch {
            requireReason(error.description, "a code")
        }
    }

    private static func wrapped(_ content: [UInt8]) -> String {
        let whole = Array("\(hexadecimal(UInt64(RecordLine.checksum(content[...]))))\n".utf8) + content
        let letters = Data(whole).base64EncodedString().utf8.compactMap { letter -> UInt8? in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: letter
            }
        }
        return "f2b1-" + String(decoding: letters, as: UTF8.self)
    }
}
