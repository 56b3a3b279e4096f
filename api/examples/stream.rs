//! Streamed responses: lines of JSON, and server-sent events for a browser.
//!
//! Run it: `make example NAME=stream ARGS='--invoke-mode stream'`, then
//! `curl -N http://127.0.0.1:9000/countdown/5` or
//! `curl -N http://127.0.0.1:9000/primes?below=100`.

use std::convert::Infallible;
use std::process::ExitCode;
use std::time::Duration;

use fnurl::sse::{Event, Sse};
use fnurl::{Api, Ndjson, Path, Query, get};
use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

#[derive(Deserialize, Validate, JsonSchema)]
struct Range {
    #[validate(range(max = 1_000_000))]
    below: u32,
}

/// One line of the response. The last line tells the client that the response is complete.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Line {
    Prime { prime: u32 },
    End { count: usize },
}

async fn primes(Query(range): Query<Range>) -> Ndjson<Line> {
    let is_prime = |n: &u32| {
        (2..)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    let count = (2..range.below).filter(is_prime).count();
    let primes = (2..range.below).filter(is_prime);
    let lines = primes.map(|prime| Line::Prime { prime });
    let lines = lines.chain([Line::End { count }]);
    Ndjson::new(stream::iter(lines.map(Ok::<_, Infallible>)))
}

async fn countdown(Path(from): Path<u8>) -> Sse {
    let numbers = stream::iter((0..=from).rev()).then(async |number| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok::<_, Infallible>(Event::text(&number.to_string()).named("tick"))
    });
    Sse::new(Box::pin(numbers))
}

fn main() -> ExitCode {
    let api = Api::builder(())
        .at("/primes", get(primes))
        .at("/countdown/{from}", get(countdown));
    fnurl::run(async { api.build() })
}
