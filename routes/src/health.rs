//! Health: is the process up, is the table there.

use std::time::{Duration, Instant};

use fnurl::contract::Operation;
use fnurl::{IntoProblem, Json, Problem, ProblemType, Respond, Response, Routes, get};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use models::{Store, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::timed_store::TimedStore;

pub(crate) fn routes() -> Routes<Store> {
    Routes::new()
        .at("/health", get(live))
        .at("/health/ready", get(ready))
}

/// How long the table has to answer.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// How the service is. Source: draft-inadarei-api-health-check-06.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    /// `pass` when all is well.
    status: Status,
    /// What was looked at, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Checks>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    Pass,
    Fail,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Checks {
    /// How long the table took to answer.
    #[serde(rename = "dynamodb:responseTime")]
    dynamodb: [Check; 1],
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Check {
    /// What kind of part it is.
    component_type: &'static str,
    /// How it is.
    status: Status,
    /// What was measured, in `observedUnit`.
    observed_value: u64,
    /// The unit of `observedValue`.
    observed_unit: &'static str,
}

/// Whether the process is up; asks nothing of anything else.
async fn live() -> HealthAnswer {
    HealthAnswer(Health {
        status: Status::Pass,
        checks: None,
    })
}

/// Whether the service can do its work: the table answers in time.
async fn ready(TimedStore(store): TimedStore) -> Result<HealthAnswer, NotReady> {
    let start = Instant::now();
    let outcome = store.within(READY_WITHIN).ping().await;
    let checks = |status| Checks {
        dynamodb: [Check {
            component_type: "datastore",
            status,
            observed_value: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            observed_unit: "ms",
        }],
    };
    match outcome {
        Ok(()) => Ok(HealthAnswer(Health {
            status: Status::Pass,
            checks: Some(checks(Status::Pass)),
        })),
        Err(cause) => Err(NotReady {
            checks: checks(Status::Fail),
            cause,
        }),
    }
}

const NOT_READY: ProblemType = ProblemType::new(503, "not-ready", "The service is not ready");

struct NotReady {
    checks: Checks,
    cause: StoreError,
}

impl IntoProblem for NotReady {
    const TYPES: &'static [ProblemType] = &[NOT_READY];

    fn into_problem(self) -> Problem {
        NOT_READY
            .because("the database does not answer")
            .with("checks", self.checks)
            .header(CACHE_CONTROL, NO_STORE)
            .caused_by(self.cause)
    }
}

const HEALTH_JSON: &str = "application/health+json";
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// A [`Health`] with its media type, never to be cached.
struct HealthAnswer(Health);

impl Respond for HealthAnswer {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = Json(self.0).respond()?;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(HEALTH_JSON));
        headers.insert(CACHE_CONTROL, NO_STORE);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation
            .responds::<Health>(HEALTH_JSON)
            .response_header::<String>("cache-control");
    }
}
