//! The waist: scalar IR, loop nests and Programs.
