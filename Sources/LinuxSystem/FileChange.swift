/// What `FileWatch` saw.
public enum FileChange: Hashable, Sendable {
    /// In a watched folder something of this name was created, moved in, moved out, or deleted.
    case name(FileWatch.Watch, String)
    /// A watched file's bytes, length, attributes or names changed: a last name that goes shows in its link count.
    case file(FileWatch.Watch)
    /// This watch has ended: its file is gone for good, or its folder was moved, deleted or unmounted.
    case gone(FileWatch.Watch)
    /// The kernel's queue overflowed and lost changes: look at everything.
    case everything
}
