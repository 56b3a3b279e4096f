//! Preconditions, patches, idempotency and preferences: the tools for safe writes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use fnurl::problem::PRECONDITION_FAILED;
use fnurl::testing::TestApi;
use fnurl::{
    Api, Created, Idempotency, IdempotencyRecord, IdempotentWrite, Json, NoContent, Patch, Path,
    Preconditions, Prefer, Problem, Produces, Replayable, Routes, State, WithETag, WithLinks,
    WithPreferenceApplied, WriteOutcome, get, post,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use validator::Validate;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Lamp {
    #[validate(length(min = 1, max = 5))]
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watts: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shade: Option<Shade>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Shade {
    colour: String,
    size: u32,
}

fn lamp() -> Lamp {
    Lamp {
        name: "Desk".to_owned(),
        watts: Some(7),
        shade: Some(Shade {
            colour: "green".to_owned(),
            size: 3,
        }),
    }
}

/// 1994-11-06T08:49:37Z.
const MODIFIED: Duration = Duration::from_secs(784_111_777);

async fn read() -> WithETag<Json<Lamp>> {
    WithETag::new(3, Json(lamp())).modified(SystemTime::UNIX_EPOCH + MODIFIED)
}

async fn replace(
    preconditions: Preconditions,
    prefer: Prefer,
    Json(lamp): Json<Lamp>,
) -> Result<WithPreferenceApplied<WithETag<Json<Lamp>>>, Problem> {
    match preconditions.allows("3", None) {
        true => Ok(prefer.apply(WithETag::new(4, Json(lamp)))),
        false => Err(PRECONDITION_FAILED.because("the lamp is in version 3")),
    }
}

async fn change(patch: Patch<Lamp>) -> Result<Json<Lamp>, Problem> {
    patch.apply(&lamp()).map(Json)
}

async fn remove(preconditions: Preconditions) -> Result<NoContent, Problem> {
    preconditions.required().map(|_| NoContent)
}

type Records = Arc<Mutex<Vec<IdempotencyRecord>>>;

/// Keeps records in memory; their number is the number of effects.
struct Create(Records);

impl IdempotentWrite for Create {
    type Error = Problem;

    async fn write(self, record: Option<IdempotencyRecord>) -> Result<WriteOutcome, Problem> {
        let mut records = self.0.lock().unwrap();
        let Some(record) = record else {
            return Ok(WriteOutcome::Written);
        };
        if let Some(earlier) = records.iter().find(|it| it.id == record.id) {
            return Ok(WriteOutcome::Earlier(earlier.clone()));
        }
        records.push(record);
        Ok(WriteOutcome::Written)
    }
}

async fn create(
    State(records): State<Records>,
    idempotency: Idempotency,
    Json(lamp): Json<Lamp>,
) -> Result<Replayable<Created<WithETag<Json<Lamp>>>>, Problem> {
    let number = records.lock().unwrap().len();
    let response = Created::at(format!("/lamps/{number}"), WithETag::new(1, Json(lamp)));
    idempotency.run(response, Create(records)).await
}

async fn create_in(
    Path(_room): Path<String>,
    state: State<Records>,
    idempotency: Idempotency,
    lamp: Json<Lamp>,
) -> Result<Replayable<Created<WithETag<Json<Lamp>>>>, Problem> {
    create(state, idempotency, lamp).await
}

async fn list() -> WithLinks<Json<Vec<Lamp>>> {
    WithLinks::new(Json(vec![lamp()]))
        .link("next", "/lamps?cursor=a")
        .link("first", "/lamps")
}

fn api() -> TestApi {
    let routes = Routes::new()
        .at("/lamps", get(list).post(create))
        .at("/rooms/{room}/lamps", post(create_in))
        .at(
            "/lamps/1",
            get(read).put(replace).patch(change).delete(remove),
        )
        .layer(Produces(&["application/json"]));
    TestApi::new(
        Api::builder(Records::default())
            .routes([routes])
            .build()
            .unwrap(),
    )
}

#[tokio::test]
async fn a_representation_that_the_client_has_is_not_sent_again() {
    let api = api();
    for tags in ["\"3\"", "W/\"3\"", "\"1\", \"3\"", "*"] {
        let response = api.get("/lamps/1").header("if-none-match", tags).await;
        assert_eq!(
            (response.status(), response.body().len()),
            (304, 0),
            "{tags}"
        );
        assert_eq!(response.header("etag"), Some("\"3\""));
        assert_eq!(response.header("content-type"), None);
    }
    for tags in ["\"4\"", "W/\"4\""] {
        assert_eq!(
            api.get("/lamps/1")
                .header("if-none-match", tags)
                .await
                .status(),
            200,
            "{tags}"
        );
    }
}

#[tokio::test]
async fn a_condition_that_cannot_be_read_is_refused_and_no_date_stands_in_for_it() {
    let api = api();
    for name in ["if-none-match", "if-match"] {
        let request = api.get("/lamps/1").header(name, "3");
        let request = request.header("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT");
        let problem = request.await.problem(400);
        assert_eq!(problem["type"], "/problems/malformed-header");
    }
}

#[tokio::test]
async fn dates_count_where_there_are_no_tags() {
    let api = api();
    let at = |header: &'static str, date: &'static str| {
        let request = api.get("/lamps/1").header(header, date);
        async move { request.await.status() }
    };
    let response = api.get("/lamps/1").await;
    assert_eq!(
        response.header("last-modified"),
        Some("Sun, 06 Nov 1994 08:49:37 GMT")
    );
    assert_eq!(
        at("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT").await,
        304
    );
    assert_eq!(
        at("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT").await,
        200
    );
    assert_eq!(at("if-modified-since", "yesterday").await, 200);
    assert_eq!(
        at("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT").await,
        412
    );
    let both = api
        .get("/lamps/1")
        .header("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(
        both.header("if-none-match", "\"4\"").await.status(),
        200,
        "the tag decides"
    );
}

#[tokio::test]
async fn a_read_of_another_version_than_expected_is_412() {
    let api = api();
    api.get("/lamps/1")
        .header("if-match", "\"2\"")
        .await
        .assert_status(412);
    api.get("/lamps/1")
        .header("if-match", "W/\"3\"")
        .await
        .assert_status(412);
    assert_eq!(
        api.get("/lamps/1")
            .header("if-match", "\"3\"")
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_write_says_which_version_it_means() {
    let api = api();
    let put = |tags: &'static str| {
        api.put("/lamps/1")
            .header("if-match", tags)
            .json(&json!({"name": "Bed"}))
    };
    assert_eq!(put("\"3\"").await.status(), 200);
    assert_eq!(put("*").await.status(), 200);
    put("\"2\"").await.assert_status(412);
    put("W/\"3\"").await.assert_status(412);
    put("3").await.assert_status(400);
    assert_eq!(
        api.delete("/lamps/1")
            .header("if-match", "*")
            .await
            .status(),
        204
    );
    api.delete("/lamps/1").await.assert_status(428);
}

#[tokio::test]
async fn an_api_can_ask_for_preconditions_everywhere() {
    let routes = Routes::new().at("/lamps/1", get(read).put(replace));
    let api = Api::builder(())
        .routes([routes])
        .require_preconditions()
        .build()
        .unwrap();
    let api = TestApi::new(api);
    api.put("/lamps/1")
        .json(&json!({"name": "Bed"}))
        .await
        .assert_status(428);
    let put = api
        .put("/lamps/1")
        .header("if-match", "\"3\"")
        .json(&json!({"name": "Bed"}));
    assert_eq!(put.await.status(), 200);
    assert_eq!(api.get("/lamps/1").await.status(), 200);
}

#[tokio::test]
async fn a_patch_is_merged_and_its_result_validated() {
    let api = api();
    let patch = |body: &'static str| {
        api.patch("/lamps/1")
            .text("application/merge-patch+json", body)
    };
    let merged = patch(r#"{"watts": null, "shade": {"size": 4}}"#).await;
    assert_eq!(
        merged.json::<serde_json::Value>(200),
        json!({"name": "Desk", "shade": {"colour": "green", "size": 4}})
    );
    for (body, pointer, code) in [
        (r#"{"name": null}"#, "/name", "required"),
        (r#"{"name": "too long"}"#, "/name", "length"),
        (
            r#"{"shade": {"colour": null}}"#,
            "/shade/colour",
            "required",
        ),
        (r#"{"brightness": 3}"#, "/brightness", "unknown"),
        (r#"{"brightness": null}"#, "/brightness", "unknown"),
        (r#"{"shade": {"depth": null}}"#, "/shade/depth", "unknown"),
        ("[]", "", "type"),
    ] {
        let problem = patch(body).await.problem(422);
        assert_eq!(
            (
                &problem["errors"][0]["pointer"],
                &problem["errors"][0]["code"]
            ),
            (&pointer.into(), &code.into()),
            "{body}"
        );
    }
    patch("{").await.assert_status(400);
    let other = api.patch("/lamps/1").json(&json!({})).await;
    other.assert_status(415);
    assert_eq!(
        other.header("accept-patch"),
        Some("application/merge-patch+json")
    );
}

#[tokio::test]
async fn a_repeated_request_has_one_effect_and_one_response() {
    let api = api();
    let send = |key: &'static str, name: &'static str| {
        api.post("/lamps")
            .header("idempotency-key", key)
            .json(&json!({"name": name}))
    };
    let first = send("\"k1\"", "Desk").await;
    assert_eq!(
        (first.status(), first.header("idempotency-replayed")),
        (201, None)
    );
    let again = send("k1", "Desk").await;
    assert_eq!(
        (again.status(), again.header("idempotency-replayed")),
        (201, Some("true"))
    );
    assert_eq!(again.body(), first.body());
    for name in ["location", "etag", "content-type"] {
        assert_eq!(again.header(name), first.header(name));
    }
    let problem = send("k1", "Bed").await.problem(422);
    assert_eq!(problem["type"], "/problems/idempotency-key-reused");
    assert_eq!(send("k2", "Bed").await.header("location"), Some("/lamps/1"));
    send("\"k", "Desk").await.assert_status(400);
    let invalid = send("k3", "too long").await;
    invalid.assert_status(422);
    assert_eq!(
        send("k3", "Desk").await.status(),
        201,
        "a refused request leaves its key free"
    );
}

#[tokio::test]
async fn the_same_request_to_another_path_of_the_route_is_another_request() {
    let api = api();
    let send = |room: &str| {
        let request = api
            .post(&format!("/rooms/{room}/lamps"))
            .header("idempotency-key", "k1");
        request.json(&json!({"name": "Desk"}))
    };
    assert_eq!(send("1").await.status(), 201);
    let problem = send("2").await.problem(422);
    assert_eq!(problem["type"], "/problems/idempotency-key-reused");
}

#[tokio::test]
async fn without_a_key_every_request_has_its_effect() {
    let api = api();
    let post = || api.post("/lamps").json(&json!({"name": "Desk"}));
    assert_eq!((post().await.status(), post().await.status()), (201, 201));
}

#[tokio::test]
async fn a_write_can_return_no_representation() {
    let api = api();
    let put = |prefer: &'static str| {
        api.put("/lamps/1")
            .header("prefer", prefer)
            .json(&json!({"name": "Bed"}))
    };
    let minimal = put("respond-async, return=minimal; x=1").await;
    assert_eq!((minimal.status(), minimal.body().len()), (204, 0));
    assert_eq!(minimal.header("preference-applied"), Some("return=minimal"));
    assert_eq!(minimal.header("etag"), Some("\"4\""));
    assert_eq!(put("return=representation").await.status(), 200);
}

#[tokio::test]
async fn links_and_media_types_are_honoured() {
    let api = api();
    let response = api.get("/lamps").header("accept", "application/*").await;
    assert_eq!(
        response.header("link"),
        Some("</lamps?cursor=a>; rel=\"next\", </lamps>; rel=\"first\"")
    );
    api.get("/lamps")
        .header("accept", "text/html")
        .await
        .assert_status(406);
}

#[test]
fn the_contract_declares_conditions_keys_and_preferences() {
    let routes = Routes::<Records>::new()
        .at("/lamps", post(create))
        .at("/lamps/1", get(read).put(replace).patch(change));
    let contract = Api::builder(Records::default())
        .routes([routes])
        .build()
        .unwrap()
        .contract();
    let operation = |method: &str| {
        contract
            .operations
            .iter()
            .find(|it| it.method == method)
            .unwrap()
    };
    let header = |method: &str, name: &str| {
        operation(method)
            .parameters
            .iter()
            .any(|it| it.name == name && !it.required)
    };
    assert!(
        header("POST", "idempotency-key") && header("PUT", "if-match") && header("PUT", "prefer")
    );
    assert!(operation("GET").responses.contains_key(&304));
    assert!(operation("PUT").responses.contains_key(&204));
    assert!(
        operation("POST").responses[&201]
            .headers
            .contains_key("idempotency-replayed")
    );
    let patch = &contract.schemas["LampPatch"];
    assert_eq!(patch.get("required"), None);
    assert_eq!(patch["properties"]["name"]["type"], "string");
}

#[tokio::test]
async fn a_version_that_is_not_an_entity_tag_is_an_error_and_a_relation_is_quoted() {
    async fn tagged(State(version): State<&'static str>) -> WithETag<&'static str> {
        WithETag::new(version, "")
    }
    let version = |version: &'static str| {
        TestApi::new(Api::builder(version).at("/", get(tagged)).build().unwrap())
    };
    version("a/b=").get("/").await.assert_status(200);
    for not_a_tag in ["a\"b", "a b", "a\nb"] {
        let _ = version(not_a_tag).get("/").await.problem(500);
    }
    let links = get(async || WithLinks::new("").link("a\"b\\", "/x"));
    let api = TestApi::new(Api::builder(()).at("/", links).build().unwrap());
    let response = api.get("/").await;
    assert_eq!(response.header("link"), Some(r#"</x>; rel="a\"b\\""#));
}
