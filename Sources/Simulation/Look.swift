extension Optional {
    /// Looks at what is here where it is: a method that is called on a large value in an object's property copies all of
    /// it first, part by part.
    mutating func look<Result>(_ body: (inout Wrapped) -> Result) -> Result { body(&self!) }
}
