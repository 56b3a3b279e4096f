//! What every port has: its guard, reading a body, and work that outlives its connection.

mod detached;
mod guard;
mod receive;
mod serve;

pub(super) use detached::Detached;
pub(super) use guard::{Guard, add_cors, is_host};
pub(super) use receive::{NotReceived, Received, receive, receive_in_time};
pub(super) use serve::{Ends, serve};
