//! Extractors: the input that each accepts, and the problems for all other input.

use bytes::Bytes;
use fnurl::testing::TestApi;
use fnurl::{
    Api, Caller, Cookies, Form, FromState, Header, HeaderField, Invocation, Json, Path, Problem,
    Query, SourceIp, State, Unvalidated, get, post,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use validator::Validate;

#[derive(Debug, Deserialize, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Lamp {
    #[validate(length(min = 1, max = 5))]
    name: String,
    #[validate(range(max = 100))]
    max_watt: u8,
}

#[derive(Debug, Deserialize, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Search {
    #[validate(range(min = 1, max = 100))]
    limit: Option<u32>,
    #[serde(default)]
    #[validate(length(max = 2))]
    tag: Vec<String>,
}

async fn json_in(Json(lamp): Json<Lamp>) -> Json<Lamp> {
    Json(lamp)
}

async fn query_in(Query(search): Query<Search>) -> Json<Search> {
    Json(search)
}

async fn everything(
    Path(id): Path<u16>,
    Query(search): Query<Search>,
    Json(lamp): Json<Lamp>,
) -> String {
    format!("{id} {search:?} {lamp:?}")
}

fn errors(problem: &Value) -> Vec<(String, String, String)> {
    let listed = problem["errors"].as_array().unwrap().iter().map(|error| {
        let place = error["pointer"].as_str().or(error["parameter"].as_str());
        (
            place.unwrap().to_owned(),
            error["code"].as_str().unwrap().to_owned(),
            error["message"].as_str().unwrap().to_owned(),
        )
    });
    listed.collect()
}

fn owned(expected: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    let rows = expected.iter();
    rows.map(|(a, b, c)| ((*a).into(), (*b).into(), (*c).into()))
        .collect()
}

fn api<A: 'static>(template: &str, handler: impl fnurl::Handler<(), A>) -> TestApi {
    TestApi::new(
        Api::builder(())
            .at(template, post(handler))
            .build()
            .unwrap(),
    )
}

#[tokio::test]
async fn json_is_read_from_every_json_media_type_and_no_other() {
    let api = api("/", json_in);
    let body = r#"{"name":"Lamp","maxWatt":60}"#;
    for media_type in [
        "application/json",
        "application/vnd.lamp+json; charset=utf-8",
    ] {
        api.post("/")
            .text(media_type, body)
            .await
            .assert_text(200, body);
        api.post("/")
            .bytes(media_type, body.as_bytes())
            .await
            .assert_text(200, body);
    }
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/json",
    ] {
        let response = api.post("/").text(media_type, body).await;
        let problem = response.problem(415);
        assert!(problem["detail"].as_str().unwrap().contains(media_type));
        assert_eq!(response.header("accept"), Some("application/json"));
    }
    let problem = api.post("/").await.problem(415);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("no content type")
    );
}

#[tokio::test]
async fn malformed_json_is_a_400_problem_with_line_and_column() {
    let api = api("/", json_in);
    let cases = [
        ("{\n  \"name\": oops}", 2, 11),
        ("", 0, 0),
        ("{", 1, 1),
        ("{\"name\":\"Lamp\",\"maxWatt\":60} x", 1, 30),
    ];
    for (body, line, column) in cases {
        let problem = api
            .post("/")
            .text("application/json", body)
            .await
            .problem(400);
        if line > 0 {
            assert_eq!(problem["line"], line, "{body:?} {problem}");
            assert_eq!(problem["column"], column, "{body:?} {problem}");
        }
    }
    let not_utf8 = api.post("/").bytes("application/json", b"\"\xff\"").await;
    let _ = not_utf8.problem(400);
}

#[tokio::test]
async fn a_body_that_does_not_fit_its_type_is_a_422_problem_with_pointers() {
    let api = api("/", json_in);
    let cases = [
        (
            json!({"name": 7, "maxWatt": 300}),
            vec![
                ("/maxWatt", "type", "must be a whole number from 0 to 255"),
                ("/name", "type", "must be a string"),
            ],
        ),
        (
            json!({"name": "x"}),
            vec![("/maxWatt", "required", "is required")],
        ),
        (
            json!({"name": "", "maxWatt": 101, "colour": "red"}),
            vec![
                ("/colour", "unknown", "is not a known member"),
                ("/maxWatt", "range", "must be at most 100"),
                ("/name", "length", "must be 1 to 5 characters long"),
            ],
        ),
        (json!(["Lamp", 60]), vec![("", "type", "must be an object")]),
    ];
    for (body, expected) in cases {
        let problem = api.post("/").json(&body).await.problem(422);
        assert_eq!(errors(&problem), owned(&expected), "{body}");
    }
}

#[tokio::test]
async fn characters_are_counted_and_not_bytes() {
    let api = api("/", json_in);
    let fits = json!({"name": "ééééé", "maxWatt": 1});
    api.post("/").json(&fits).await.assert_status(200);
}

#[tokio::test]
async fn query_parameters_are_typed_repeated_and_validated() {
    let api = TestApi::new(Api::builder(()).at("/", get(query_in)).build().unwrap());
    let cases = [
        ("/", json!({"limit": null, "tag": []})),
        ("/?limit=", json!({"limit": null, "tag": []})),
        ("/?limit=7", json!({"limit": 7, "tag": []})),
        (
            "/?tag=a&tag=b%2Cc",
            json!({"limit": null, "tag": ["a", "b,c"]}),
        ),
        ("/?tag=x+y&other=1", json!({"limit": null, "tag": ["x y"]})),
    ];
    for (target, expected) in cases {
        assert_eq!(
            api.get(target).await.json::<Value>(200),
            expected,
            "{target}"
        );
    }
    let cases = [
        ("/?limit=0", ("limit", "range", "must be from 1 to 100")),
        (
            "/?limit=x",
            (
                "limit",
                "type",
                "must be a whole number from 0 to 4294967295",
            ),
        ),
        (
            "/?limit=1&limit=2",
            ("limit", "repeated", "must be given once"),
        ),
        (
            "/?tag=a&tag=b&tag=c",
            ("tag", "length", "must have at most 2 elements"),
        ),
    ];
    for (target, expected) in cases {
        let problem = api.get(target).await.problem(422);
        assert_eq!(errors(&problem), owned(&[expected]), "{target}");
    }
    for target in ["/?tag=%zz", "/?tag=%ff", "/?tag=%"] {
        let _ = api.get(target).await.problem(400);
    }
}

#[tokio::test]
async fn the_broken_rules_of_path_query_and_body_are_reported_together() {
    let api = api("/{lampId}", everything);
    let body = json!({"name": "", "maxWatt": 101});
    let problem = api.post("/x?limit=0").json(&body).await.problem(422);
    let places: Vec<_> = errors(&problem).into_iter().map(|it| it.0).collect();
    assert_eq!(places, ["lampId", "limit", "/maxWatt", "/name"]);
    assert_eq!(
        problem["detail"],
        "the request breaks 4 rules, see `errors`"
    );
}

#[tokio::test]
async fn forms_are_read_like_queries() {
    async fn form(Form(search): Form<Search>) -> Json<Search> {
        Json(search)
    }
    let api = api("/", form);
    let media_type = "application/x-www-form-urlencoded";
    let sent = api.post("/").bytes(media_type, b"tag=a&tag=b+c").await;
    assert_eq!(sent.json::<Value>(200)["tag"], json!(["a", "b c"]));
    let _ = api.post("/").text(media_type, "limit=0").await.problem(422);
    let _ = api.post("/").text(media_type, "tag=%f").await.problem(400);
    let _ = api.post("/").json(&json!({})).await.problem(415);
}

#[tokio::test]
async fn bytes_and_text_are_read_unchanged() {
    async fn bytes(body: Bytes) -> Bytes {
        body
    }
    async fn text(body: String) -> String {
        body
    }
    let png = api("/", bytes)
        .post("/")
        .bytes("image/png", b"\x89PNG")
        .await;
    assert_eq!(png.body(), b"\x89PNG");
    assert!(png.is_base64());
    let api = api("/", text);
    api.post("/")
        .text("text/plain", "é")
        .await
        .assert_text(200, "é");
    let _ = api
        .post("/")
        .bytes("text/plain", b"\xff")
        .await
        .problem(400);
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_413_problem_for_every_body_extractor() {
    async fn bytes(body: Bytes) -> String {
        body.len().to_string()
    }
    let api = Api::builder(())
        .at("/bytes", post(bytes))
        .at("/json", post(json_in))
        .body_limit(10);
    let api = TestApi::new(api.build().unwrap());
    api.post("/bytes")
        .text("a/b", "0123456789")
        .await
        .assert_text(200, "10");
    for path in ["/bytes", "/json"] {
        let problem = api
            .post(path)
            .text("application/json", "01234567890")
            .await
            .problem(413);
        assert_eq!(problem["limit"], 10);
    }
}

#[tokio::test]
async fn the_caller_comes_from_iam_and_never_from_headers() {
    async fn who(caller: Caller) -> String {
        caller.user_arn
    }
    async fn maybe(caller: Option<Caller>) -> String {
        caller.map_or("nobody".to_owned(), |it| it.account_id)
    }
    let api = Api::builder(())
        .at("/who", get(who))
        .at("/maybe", get(maybe));
    let api = TestApi::new(api.build().unwrap());
    let signed = api.get("/who").signed_by("Reader").await;
    signed.assert_text(200, "arn:aws:sts::111122223333:assumed-role/Reader/test");
    let forged = api.get("/who").header("x-amz-user-arn", "arn:forged").await;
    let _ = forged.problem(403);
    api.get("/maybe").await.assert_text(200, "nobody");
    api.get("/maybe")
        .signed_by("Reader")
        .await
        .assert_text(200, "111122223333");
}

#[tokio::test]
async fn invocation_source_cookies_and_headers_are_what_the_event_says() {
    async fn all(
        invocation: Invocation,
        SourceIp(ip): SourceIp,
        cookies: Cookies,
        headers: HeaderMap,
    ) -> Result<Json<Unvalidated<Value>>, Problem> {
        Ok(Json(Unvalidated(json!({
            "id": invocation.request_id(),
            "path": invocation.event()?.raw_path,
            "ip": ip.to_string(),
            "cookies": cookies.iter().collect::<Vec<_>>(),
            "x": headers["x-many"].to_str().unwrap(),
        }))))
    }
    let api = TestApi::new(Api::builder(()).at("/a", get(all)).build().unwrap());
    let request = api.get("/a").cookie("sid", "4=2").cookie("theme", "dark");
    let response = request.header("x-many", "1").header("x-many", "2").await;
    let expected = json!({
        "id": fnurl::testing::REQUEST_ID, "path": "/a", "ip": "198.51.100.7",
        "cookies": [["sid", "4=2"], ["theme", "dark"]], "x": "1,2"
    });
    assert_eq!(response.json::<Value>(200), expected);
}

struct Depth(u8);

impl HeaderField for Depth {
    type Schema = u8;
    const NAME: HeaderName = HeaderName::from_static("depth");

    fn parse(value: &HeaderValue) -> Result<Self, String> {
        let number = value.to_str().ok().and_then(|it| it.parse().ok());
        number
            .map(Self)
            .ok_or_else(|| "must be a whole number".to_owned())
    }
}

#[tokio::test]
async fn a_typed_header_is_required_unless_it_is_optional() {
    async fn required(Header(depth): Header<Depth>) -> String {
        depth.0.to_string()
    }
    async fn optional(depth: Option<Header<Depth>>) -> String {
        depth.map_or("none".to_owned(), |it| it.0.0.to_string())
    }
    let api = Api::builder(())
        .at("/r", get(required))
        .at("/o", get(optional));
    let api = TestApi::new(api.build().unwrap());
    api.get("/r")
        .header("depth", "1")
        .await
        .assert_text(200, "1");
    api.get("/o").await.assert_text(200, "none");
    for (target, value) in [("/r", Some("x")), ("/r", None), ("/o", Some("x"))] {
        let request = api.get(target);
        let request = match value {
            Some(value) => request.header("depth", value),
            None => request,
        };
        let _ = request.await.problem(400);
    }
}

#[tokio::test]
async fn a_handler_can_look_at_a_problem_itself_or_do_without_a_body() {
    async fn result(lamp: Result<Json<Lamp>, Problem>) -> String {
        lamp.map_or_else(|problem| problem.status().to_string(), |it| it.0.name)
    }
    async fn option(lamp: Option<Json<Lamp>>) -> String {
        lamp.map_or("none".to_owned(), |it| it.0.name)
    }
    let lamp = json!({"name": "Lamp", "maxWatt": 1});
    let api_result = api("/", result);
    api_result
        .post("/")
        .json(&json!({}))
        .await
        .assert_text(200, "422");
    api_result
        .post("/")
        .json(&lamp)
        .await
        .assert_text(200, "Lamp");
    let api_option = api("/", option);
    api_option.post("/").await.assert_text(200, "none");
    api_option
        .post("/")
        .json(&lamp)
        .await
        .assert_text(200, "Lamp");
    let _ = api_option.post("/").json(&json!({})).await.problem(422);
}

#[tokio::test]
async fn twelve_arguments_and_parts_of_the_state_are_taken() {
    #[derive(Clone)]
    struct App(&'static str);
    struct Part(usize);
    impl FromState<App> for Part {
        fn from_state(app: &App) -> Self {
            Self(app.0.len())
        }
    }
    #[expect(clippy::too_many_arguments, reason = "the maximum of a handler")]
    async fn many(
        State(app): State<App>,
        State(part): State<Part>,
        Path(id): Path<u8>,
        _: Query<Search>,
        _: Cookies,
        _: HeaderMap,
        _: Invocation,
        _: Option<Caller>,
        _: SourceIp,
        _: Bytes,
        text: String,
        Json(lamp): Json<Lamp>,
    ) -> String {
        format!("{} {} {id} {} {}", app.0, part.0, text.len(), lamp.name)
    }
    let api = Api::builder(App("app")).at("/{id}", post(many)).build();
    let sent = json!({"name": "Lamp", "maxWatt": 1});
    let response = TestApi::new(api.unwrap()).post("/7").json(&sent).await;
    response.assert_text(200, "app 3 7 27 Lamp");
}
