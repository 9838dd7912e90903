//! Who hears the answers to a request.

use crate::protocol::Answer;
use gradlens_ir::LocalBoxFuture;

/// Hears the answers to one request, and says whether anybody still wants them.
pub trait Listener {
    /// Takes an answer.
    fn say(&self, answer: Answer);
    /// Lets whoever shares the thread run for a moment (a worker's messages, say), and then tells whether to go on:
    /// `false` when a newer request has overtaken this one. Await it between the stages of an answer.
    fn breathe(&self) -> LocalBoxFuture<bool>;
}
