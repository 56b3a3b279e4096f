//! Any payload gets a well-formed response, through the layers of the API, and nothing panics.

use fnurl::layers::SecurityHeaders;
use fnurl::testing::TestApi;
use fnurl::{
    Api, Caller, Cookies, Form, Invocation, Json, Path, Query, SourceIp, TrailingSlash,
    Unvalidated, get, post,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use validator::Validate;

#[derive(Debug, Deserialize, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Thing {
    #[validate(length(min = 1, max = 5))]
    name: String,
    #[validate(range(max = 100))]
    how_many: Option<u8>,
    #[serde(default)]
    #[validate(nested)]
    parts: Vec<Thing>,
}

#[derive(Debug, Deserialize, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Flat {
    #[validate(length(min = 1, max = 5))]
    name: String,
    #[validate(range(max = 100))]
    how_many: Option<u8>,
    #[serde(default)]
    tags: Vec<String>,
}

async fn body(Json(thing): Json<Thing>) -> Json<Thing> {
    Json(thing)
}

async fn form(Form(thing): Form<Flat>) -> Json<Flat> {
    Json(thing)
}

async fn parts(
    Path((a, b)): Path<(String, u8)>,
    Query(thing): Query<Flat>,
    cookies: Cookies,
    source: Option<SourceIp>,
    caller: Option<Caller>,
    invocation: Invocation,
) -> String {
    let typed = invocation.event().is_ok();
    format!("{a} {b} {thing:?} {cookies:?} {source:?} {caller:?} {typed}")
}

async fn raw(Json(value): Json<Unvalidated<Value>>) -> Json<Unvalidated<Value>> {
    Json(value)
}

fn api() -> TestApi {
    let api = Api::builder(())
        .at("/things", post(body).put(raw).patch(form))
        .at("/things/{a}/{b}", get(parts))
        .layer(SecurityHeaders::new())
        .trailing_slash(TrailingSlash::Redirect);
    TestApi::new(api.build().unwrap())
}

/// Events that reach each of the handlers.
fn seeds() -> Vec<Value> {
    let api = api();
    let thing = json!({"name": "lamp", "howMany": 3, "parts": [{"name": "bulb"}]});
    vec![
        api.post("/things").json(&thing).event(),
        api.put("/things")
            .bytes("application/json", b"[1,2]")
            .event(),
        api.patch("/things")
            .text("application/x-www-form-urlencoded", "name=a&howMany=7")
            .event(),
        api.get("/things/a%2Fb/7?name=x&howMany=9")
            .cookie("sid", "42")
            .header("accept", "text/html")
            .signed_by("Reader")
            .event(),
    ]
}

/// Any JSON, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        select(vec![
            "",
            "/",
            "%",
            "/things",
            "GET",
            "application/json",
            "-1",
            "\u{0}"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((".{0,8}", inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// A seed with up to four of its values replaced or removed, anywhere inside.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), proptest::option::of(any_json())), 1..5);
    (select(seeds()), changes).prop_map(|(mut event, changes)| {
        for (place, value) in changes {
            let mut places = Vec::new();
            pointers(&event, &mut String::new(), &mut places);
            change(&mut event, &places[place.index(places.len())], value);
        }
        event.to_string().into_bytes()
    })
}

fn pointers(value: &Value, here: &mut String, places: &mut Vec<String>) {
    places.push(here.clone());
    let depth = here.len();
    let mut visit = |name: &str, inner: &Value| {
        here.push('/');
        here.push_str(&name.replace('~', "~0").replace('/', "~1"));
        pointers(inner, here, places);
        here.truncate(depth);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| visit(name, inner)),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .for_each(|(index, inner)| visit(&index.to_string(), inner)),
        _ => {}
    }
}

fn change(event: &mut Value, pointer: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            if let Some(place) = event.pointer_mut(pointer) {
                *place = value;
            }
        }
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", ""));
            if let Some(Value::Object(members)) = event.pointer_mut(parent) {
                members.remove(name);
            }
        }
    }
}

/// A seed's bytes with some of them changed, or cut off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let edits = vec((any::<Index>(), any::<u8>()), 0..6);
    (select(seeds()), edits, any::<Index>()).prop_map(|(event, edits, end)| {
        let mut bytes = event.to_string().into_bytes();
        for (place, byte) in edits {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let end = end.index(bytes.len() * 4);
        bytes.truncate(end.max(1));
        bytes
    })
}

fn any_payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => mutated(),
        3 => damaged(),
        1 => any_json().prop_map(|json| json.to_string().into_bytes()),
        1 => any::<Vec<u8>>(),
    ]
}

/// The number of events that are tried; `PROPTEST_CASES` overrides it.
const EVENTS: u32 = 10_000;

#[test]
fn any_event_gets_a_well_formed_response_through_the_layers() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let api = api();
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases = cases.and_then(|it| it.parse().ok()).unwrap_or(EVENTS);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(payload in any_payload())| {
        let response = runtime.block_on(api.invoke(payload));
        let from_layer = response.header("x-content-type-options");
        prop_assert_eq!(from_layer, Some("nosniff"), "{:?}", response);
        // No input from a client may cause a server error.
        prop_assert!(response.status() < 500, "{response:?}");
        if response.status() >= 400 {
            let status = response.status();
            let problem = response.problem(status);
            if status == 422 {
                prop_assert!(problem["errors"].as_array().is_some_and(|it| !it.is_empty()));
            }
        }
    });
}
