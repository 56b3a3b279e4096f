#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;
use fnurl::contract::Operation;
use fnurl::{Extract, Problem, Request};

struct Tenant;

impl<S: Sync> Extract<S> for Tenant {
    async fn extract(_: &mut Request, _: &S) -> Result<Self, Problem> {
        Ok(Self)
    }

    fn describe(_: &mut Operation) {}
}

#[operation]
async fn list(_: Option<Tenant>) -> &'static str {
    "lamps"
}

fn main() {}
