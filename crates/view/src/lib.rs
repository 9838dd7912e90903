//! Plain models of what a page shows: plot geometry, event marks, graph layout. Pure functions over plain data: no
//! engine type comes in, no pixel, colour or DOM type goes out.
pub mod graph;
pub mod plot;
