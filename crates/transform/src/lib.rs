//! Tracing, jvp, linearize, transpose, vmap, simplification.
