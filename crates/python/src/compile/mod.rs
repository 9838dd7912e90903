//! From source text to code objects.
