/// A state file is lines, each behind its checksum: a line that a crash cut short is known, and so is its end.
///
///     3f2a9c01 FIELD FIELD …
public enum RecordLine {
    /// Of the checksum and the blank behind it.
    private static let head = 9

    /// Each line with its checksum and its end.
    public static func lines(of records: some Sequence<some StateRecord>) -> [UInt8] {
        var writer = FieldWriter()
        for record in records {
            let start = writer.bytes.count
            writer.addChecksum()
            record.write(to: &writer)
            writer.fill(start, with: checksum(writer.bytes[(start + head)...]))
            writer.endLine()
        }
        return writer.bytes
    }

    /// Hands out the fields of each line up to the first that is damaged. Returns how many bytes were whole.
    static func read(_ bytes: [UInt8], _ take: (inout FieldReader) -> Void) -> Int {
        var fields = FieldReader(bytes)
        var start = 0
        while fields.lineEnd < bytes.count {
            let end = fields.lineEnd
            guard end - start > head, let sum = fields.checksum(), sum == checksum(bytes[(start + head)..<end]) else {
                break
            }
            take(&fields)
            start = end + 1
            _ = fields.nextLine()
        }
        return start
    }

    public static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 { Checksum.of(bytes) }
}

/// What can stand in a state file.
public protocol StateRecord: Sendable {
    /// Reads what is left of the line; nil where it is no such record, or has something behind it.
    init?(reading fields: inout FieldReader)
    func write(to fields: inout FieldWriter)
}

extension StateRecord {
    /// Reads a state file up to its first damaged line.
    ///
    /// - Returns: the records, and how many bytes of the file hold them: what follows is to be cut off.
    public static func read(_ bytes: [UInt8]) -> (records: [Self], whole: Int) {
        var records: [Self] = []
        let whole = RecordLine.read(bytes) { fields in
            if let record = Self(reading: &fields) { records.append(record) }
        }
        return (records, whole)
    }
}
