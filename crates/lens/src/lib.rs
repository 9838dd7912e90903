//! Where a function is not smooth, where its numbers go wrong, and why.
