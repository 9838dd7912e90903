//! The library people call: one table of functions for every binding.
