//! From Jaxpr to Program: fusion, scheduling, buffer reuse.
