//! Plain models of what a page shows: plot geometry, ticks, marks, graph layout.
