//! Dtypes, avals, primitives and their rules, Jaxprs and their text.
