//! The contract is what the handlers' types say, and needs no server.

use fnurl::contract::{In, Operation};
use fnurl::{
    Api, Caller, Created, IntoProblem, Json, NoContent, Path, Problem, ProblemType, Query, Tagged,
    delete, get,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use validator::Validate;

#[derive(Deserialize, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Lamp {
    #[validate(length(min = 1, max = 5))]
    lamp_name: String,
}

#[derive(Deserialize, Validate, JsonSchema)]
struct Search {
    #[validate(range(min = 1, max = 100))]
    limit: Option<u32>,
}

const BROKEN: ProblemType = ProblemType::new(409, "lamp-broken", "The lamp is broken");

struct LampError;

impl IntoProblem for LampError {
    const TYPES: &'static [ProblemType] = &[BROKEN];
    fn into_problem(self) -> Problem {
        BROKEN.problem()
    }
}

async fn list(_: Query<Search>) -> Json<Vec<Lamp>> {
    Json(Vec::new())
}

async fn create(
    _: Caller,
    Json(lamp): Json<Lamp>,
) -> Result<Created<Tagged<Json<Lamp>>>, LampError> {
    Ok(Created::at("/lamps/1", Tagged::new(1, Json(lamp))))
}

async fn remove(_: Path<u64>, _: Option<Json<Lamp>>) -> NoContent {
    NoContent
}

fn operations() -> Vec<Operation> {
    let api = Api::builder(())
        .at("/lamps", get(list).post(create))
        .at("/lamps/{lampId}", delete(remove))
        .build()
        .unwrap();
    let contract = api.contract();
    assert_eq!(
        contract.schemas["Lamp"]["properties"]["lampName"]["maxLength"],
        5
    );
    contract.operations
}

#[test]
fn every_route_is_an_operation() {
    let names: Vec<_> = operations()
        .iter()
        .map(|it| format!("{} {}", it.method, it.template))
        .collect();
    assert_eq!(
        names,
        ["GET /lamps", "POST /lamps", "DELETE /lamps/{lampId}"]
    );
}

#[test]
fn parameters_have_the_constraints_that_are_checked() {
    let list = &operations()[0];
    let limit = &list.parameters[0];
    assert_eq!(
        (limit.name.as_str(), limit.location, limit.required),
        ("limit", In::Query, false)
    );
    assert_eq!(limit.schema.get("maximum"), Some(&json!(100)));
    let remove = &operations()[2];
    let id = &remove.parameters[0];
    assert_eq!(
        (id.name.as_str(), id.location, id.required),
        ("lampId", In::Path, true)
    );
    assert!(!remove.body_required);
    assert_eq!(remove.body.len(), 1);
}

#[test]
fn bodies_answers_headers_and_problems_come_from_the_signature() {
    let create = &operations()[1];
    assert_eq!(
        create.security,
        [fnurl::contract::SecurityScheme::aws_sigv4()]
    );
    assert!(create.body_required);
    assert_eq!(create.body[0].media_type, "application/json");
    let schema = create.body[0].schema.as_ref().unwrap();
    assert_eq!(
        schema.get("$ref"),
        Some(&json!("#/components/schemas/Lamp"))
    );
    let statuses: Vec<_> = create.responses.keys().collect();
    assert_eq!(statuses, [&201]);
    let headers: Vec<_> = create.responses[&201].headers.keys().collect();
    assert_eq!(
        headers,
        ["content-location", "etag", "last-modified", "location"]
    );
    let problems: Vec<_> = create.problems.iter().map(|it| it.status()).collect();
    assert_eq!(problems, [403, 400, 413, 415, 422, 409]);
}
