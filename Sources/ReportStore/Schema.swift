/// The tables of the database, and the steps that led to them.
enum Schema {
    /// "f2bc" in the header of the file: it is a hub's.
    static let applicationID: Int64 = 0x6632_6263
    /// Of reports, and of changes.
    static let reportColumns = "address, jail, origin, version, lifted, until, forget, trust, hops, signature"

    /// Version n of the schema is what the first n steps make. A step that was released is never changed; another follows.
    static let steps = [
        // Times in microseconds since 1970, the highest number for ever. `forget` is null where it is `until`.
        """
        CREATE TABLE hub.origins (
            id INTEGER PRIMARY KEY,
            host TEXT NOT NULL,
            source TEXT NOT NULL,
            UNIQUE (host, source)
        ) STRICT;
        CREATE TABLE hub.jails (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE hub.reports (
            address TEXT NOT NULL,
            jail INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            version INTEGER NOT NULL,
            lifted INTEGER NOT NULL,
            until INTEGER NOT NULL,
            forget INTEGER,
            PRIMARY KEY (address, jail, origin)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hub.notes (
            name TEXT NOT NULL PRIMARY KEY,
            text TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
        // Friends: whose host it is and who told us, empty where it is ours; what a report is worth, in millionths, the
        // clusters through which it came, parted by commas, and its signature: null where a host of ours said it, and is
        // believed.
        """
        CREATE TABLE hub.speakers (
            id INTEGER PRIMARY KEY,
            host TEXT NOT NULL,
            source TEXT NOT NULL,
            cluster TEXT NOT NULL,
            friend TEXT NOT NULL,
            UNIQUE (host, source, cluster, friend)
        ) STRICT;
        INSERT INTO hub.speakers SELECT id, host, source, '', '' FROM hub.origins;
        DROP TABLE hub.origins;
        ALTER TABLE hub.speakers RENAME TO origins;
        ALTER TABLE hub.reports ADD COLUMN trust INTEGER;
        ALTER TABLE hub.reports ADD COLUMN hops TEXT;
        ALTER TABLE hub.reports ADD COLUMN signature BLOB;
        """,
        // What has changed since the reports were last brought up to date, in its order; without a version: forgotten. Rows
        // of reports lie in the order of their addresses, and 3,000 new ones change as many pages; here they fill 50.
        """
        CREATE TABLE hub.changes (
            id INTEGER PRIMARY KEY,
            address TEXT NOT NULL,
            jail INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            version INTEGER,
            lifted INTEGER,
            until INTEGER,
            forget INTEGER,
            trust INTEGER,
            hops TEXT,
            signature BLOB
        ) STRICT;
        """,
    ]
}
