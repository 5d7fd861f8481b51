public import BanModel
public import ClusterConfiguration
internal import LinuxSystem
public import Logging

/// Whom a daemon neither bans nor reports nor takes: what an attacker would love to see banned.
public enum Exemptions {
    /// `ignoreip`, this host's own addresses, and those of the hubs that it speaks with.
    ///
    /// A name that cannot be resolved is said in the log, and exempts nobody: an address is better than a name there.
    public static func addresses(
        ignored: [Address], hubs: [Endpoint], logger: Logger
    ) -> [Address] {
        var texts: [String] = []
        do throws(SystemError) {
            texts += try HostAddresses.own()
        } catch {
            logger.warning("this host's own addresses are not known", metadata: ["error": "\(error)"])
        }
        for name in Set(hubs.compactMap(\.host)).sorted() {
            do throws(SystemError) {
                texts += try HostAddresses.of(name)
            } catch {
                logger.warning("a hub's addresses are not known: it could be banned", metadata: ["error": "\(error)"])
            }
        }
        // What is no address of ours to ban, such as loopback, is harmless here.
        return ignored + Set(texts.compactMap { try? Address($0) }).sorted()
    }
}
