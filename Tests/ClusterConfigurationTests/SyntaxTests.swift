import BanModel
import ClusterConfiguration
import Testing

@Suite struct SyntaxTests {
    /// Read back through a key that may hold any text.
    @Test(arguments: [
        ("cluster = name", "name"),
        ("cluster: name", "name"),
        ("cluster=name", "name"),
        ("CLUSTER\t=\tname  ", "name"),
        ("cluster = two words", "two words"),
        ("cluster = name # comment", "name"),
        ("cluster = name\t; comment", "name"),
        ("cluster = a#b;c", "a#b;c"),
        ("cluster = # comment", ""),
        ("cluster =", ""),
        (#"cluster = """#, ""),
        (#"cluster = "" #empty, as in the original's file"#, ""),
        (#"cluster = "a # b ; c""#, "a # b ; c"),
        (#"cluster = "  blanks  " # comment"#, "  blanks  "),
        (#"cluster = say "a b", "c""#, "say a b, c"),
        (#"cluster = a"b"c"#, #"a"b"c"#),
        ("cluster = a = b : c", "a = b : c"),
        ("cluster = %(hostname)s $HOME", "%(hostname)s $HOME"),
        ("cluster = one\n  two\n\tthree # comment\n# comment\n  ; comment\n  four", "one two three four"),
        ("cluster =\n  one", "one"),
        ("cluster = one\n\n  hostname = box2", "one"),
        ("  cluster = one\n  hostname = box2", "one"),
        ("cluster = one\r\nhostname = box2\r", "one"),
        ("cluster = Grüße", "Grüße"),
    ])
    func `a value is read without its comments and quotes`(lines: String, expected: String) throws {
        #expect(try parse("[general]\n" + lines).general.cluster == expected)
    }

    @Test(arguments: [
        ("192.0.2.1 192.0.2.2", ["192.0.2.1", "192.0.2.2"]),
        ("192.0.2.1,192.0.2.2, 192.0.2.3 ,,", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
        ("192.0.2.1 # not 192.0.2.2", ["192.0.2.1"]),
        ("192.0.2.1\n  192.0.2.2 # comment\n  192.0.2.3", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
        (#""192.0.2.1", "2001:DB8::/32""#, ["192.0.2.1", "2001:db8::/32"]),
        ("", []),
    ])
    func `a list is parted by white space and commas`(value: String, expected: [String]) throws {
        let configuration = try parse("[general]\nignoreip = \(value)")
        #expect(configuration.general.ignored.map(\.description) == expected)
    }

    @Test(arguments: [
        ("hostname = a", "t.conf:1: hostname: stands before the first [section]"),
        ("nonsense", "t.conf:1: expected key = value, [section] or a comment"),
        ("[general", "t.conf:1: expected [section] alone on its line"),
        ("[]", "t.conf:1: expected [section] alone on its line"),
        ("[general] hostname = a", "t.conf:1: expected [section] alone on its line"),
        ("[general]\n= a", "t.conf:2: expected key = value, [section] or a comment"),
        (
            "[general]\nhostname = a\nHostname = b",
            "t.conf:3: hostname: is set already in line 2: one of the two must go"
        ),
        (
            "[general]\nhostname = a\n[general]\nhostname = b",
            "t.conf:4: hostname: is set already in line 2: one of the two must go"
        ),
        (
            "[general]\ncluster = \"a b\nhostname = a",
            "t.conf:2: cluster: a double quote is opened and not closed on the same line"
        ),
        (
            #"[general]\#ncluster = "a"b"#,
            "t.conf:2: cluster: a closing quote is followed by a blank, a comma or the end of the line"
        ),
        (
            "[general]\ncluster = a\n  \"b",
            "t.conf:3: cluster: a double quote is opened and not closed on the same line"
        ),
        ("[general]\ncluster = a\u{7}b", "t.conf:2: a control character"),
        ("[general]\ncluster = a\rb", "t.conf:2: a control character"),
        (
            "[general]\ncluster = a\n  hostname = b",
            "t.conf:3: an indented line continues the value above; to begin a key, remove the blanks before it"
        ),
        (
            "[general]\ncluster = a\n  hostname: b",
            "t.conf:3: an indented line continues the value above; to begin a key, remove the blanks before it"
        ),
    ])
    func `a line that makes no sense is named`(text: String, expected: String) {
        #expect(faults(of: text) == [expected])
    }

    @Test func `bytes that are not UTF-8 are named by their line`() throws {
        let bytes = Array("[general]\ncluster = ".utf8) + [0xFF, 0x0A] + Array("hostname = b".utf8)
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration.parse([ConfigurationFile(name: "t.conf", bytes: bytes)], machineName: "box")
        }
        #expect(error.description == "t.conf:2: not UTF-8")
    }

    @Test func `a file over 1 MiB is refused, one of 1 MiB is read`() throws {
        let head = "[general]\n#"
        let full = head + String(repeating: "x", count: ConfigurationFile.largest - head.utf8.count)
        #expect(faults(of: full) == [])
        #expect(faults(of: full + "x") == ["t.conf: a configuration file has at most 1 MiB"])
    }

    @Test func `a token that ends like base64 may stand on a line of its own`() throws {
        let section = try inPublisher("auth = true\nauthtoken =\n  c2VjcmV0cw==\n  c2VjcmV0=\n")
        #expect(Set(section.tokens.map(\.secret)) == ["c2VjcmV0cw==", "c2VjcmV0="])
    }

    /// Reading them took minutes: each section was looked for among all, each line by an expression that was made for it.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (0..<100_000).map { "[\(String($0, radix: 36))]\n" }.joined(),
            "[general]\ncluster = a\n" + String(repeating: " b\n", count: 300_000),
        ]) func `the largest files are read, whatever they are made of`(text: String)
    {
        _ = faults(of: text)
    }

    @Test(arguments: ["a", "a =", "a ==b", "a:b", "1 = b", "= b", "ä = b", "a b = c"])
    func `what goes on below a value is no key where it does not look like one`(line: String) throws {
        #expect(try parse("[general]\nhostname = h\ncluster = x\n  \(line)").general.cluster == "x \(line)")
    }

    @Test func `a byte order mark is no part of the first line`() throws {
        #expect(try parse("\u{FEFF}[general]\nhostname = a").general.hostname == Host("a"))
    }

    @Test func `a later file replaces a value whole and leaves the others`() throws {
        let configuration = try Configuration.parse(
            [
                ConfigurationFile(name: "1", text: "[general]\nignoreip = 192.0.2.1\nloglevel = wrong\nhostname = a"),
                ConfigurationFile(name: "2", text: "[general]\nIGNOREIP = 192.0.2.2 192.0.2.3\nloglevel = debug"),
                ConfigurationFile(name: "3", text: "[general]\nignoreip = 192.0.2.4"),
            ], machineName: "box")
        #expect(configuration.general.ignored.map(\.description) == ["192.0.2.4"])
        #expect(configuration.general.logLevel == .debug)
        #expect(configuration.general.hostname == Host("a"))
    }

    @Test func `faults come in the order of files and lines`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration.parse(
                [
                    ConfigurationFile(name: "z", text: "[monitor]\nbantime = x\n[general]\nloglevel = x\nnonsense"),
                    ConfigurationFile(name: "a", text: "[general]\nhostname = a b"),
                ], machineName: "box")
        }
        #expect(
            error.faults.map(\.place.description) == ["z:1", "z:2", "z:4", "z:5", "a:2"], "\(error)")
    }
}
