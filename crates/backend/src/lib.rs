//! The Backend trait and the reference interpreter.
