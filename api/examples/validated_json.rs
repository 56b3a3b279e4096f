//! A JSON body that is validated before the handler runs, and an application error.
//!
//! Run it: `make example NAME=validated_json`, then
//! `curl http://127.0.0.1:9000/orders -H 'content-type: application/json' -d '{"lamp":"","count":0}'`.

use std::process::ExitCode;

use fnurl::{Api, Created, IntoProblem, Json, Problem, ProblemType, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// An order from a client.
#[derive(Deserialize, Serialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    /// The name of the lamp.
    #[validate(length(min = 1, max = 40))]
    lamp: String,
    /// The number of lamps.
    #[validate(range(min = 1, max = 100))]
    count: u32,
}

enum OrderError {
    SoldOut { left: u32 },
}

const SOLD_OUT: ProblemType = ProblemType::new(409, "sold-out", "There are not enough lamps");

impl IntoProblem for OrderError {
    const TYPES: &'static [ProblemType] = &[SOLD_OUT];

    fn into_problem(self) -> Problem {
        match self {
            Self::SoldOut { left } => SOLD_OUT.problem().with("left", left),
        }
    }
}

async fn order(Json(order): Json<Order>) -> Result<Created<Json<Order>>, OrderError> {
    if order.count > 12 {
        return Err(OrderError::SoldOut { left: 12 });
    }
    Ok(Created::at("/orders/1", Json(order)))
}

fn main() -> ExitCode {
    fnurl::run(async { Api::builder(()).at("/orders", post(order)).build() })
}
