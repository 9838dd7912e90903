//! WGSL emitter and wgpu runtime.
