internal import Glibc

/// Now: who reads through a pipe waits for it.
func flushOutput() { fflush(nil) }
