//! Structural primitives, a file each family with all their rules side by side.
