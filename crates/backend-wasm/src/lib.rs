//! CPU backend: wasm SIMD modules emitted at run time.
