//! The contract is made from the handlers' types, without a server.

use fnurl::contract::openapi::Prose;
use fnurl::contract::{In, Operation, SecurityScheme};
use fnurl::{
    Api, Caller, Created, Extract, IntoProblem, Json, NoContent, Path, Problem, ProblemType, Query,
    Routes, WithETag, delete, get,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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
) -> Result<Created<WithETag<Json<Lamp>>>, LampError> {
    Ok(Created::at("/lamps/1", WithETag::new(1, Json(lamp))))
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
fn bodies_responses_headers_and_problems_come_from_the_signature() {
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

mod v1 {
    pub(super) mod items {
        pub(crate) async fn list() -> &'static str {
            ""
        }
    }
}

mod v2 {
    pub(super) mod items {
        pub(crate) async fn list() -> &'static str {
            ""
        }
    }
}

fn document(api: fnurl::ApiBuilder<()>) -> Value {
    let contract = api.build().unwrap().contract();
    let document = contract.openapi(&Prose::new("Lamps", "1")).unwrap();
    serde_json::to_value(document).unwrap()
}

fn ids(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths
        .values()
        .flat_map(|it| it.as_object().unwrap().values());
    operations
        .map(|it| it["operationId"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn ids_are_unique_valid_and_independent_of_the_order_of_routes() {
    async fn read<T: Default + std::fmt::Display>() -> String {
        T::default().to_string()
    }
    let routes = || {
        vec![
            Routes::new().at("/v1", get(v1::items::list)),
            Routes::new().at("/v2", get(v2::items::list)),
            Routes::new().at("/a", get(read::<u8>)),
            Routes::new().at("/b", get(read::<String>)),
            Routes::new().at("/c", get(async || "closure").post(async || "closure")),
        ]
    };
    let forth = document(Api::builder(()).routes(routes()));
    let back = document(Api::builder(()).routes(routes().into_iter().rev()));
    assert_eq!(forth, back);
    let ids = ids(&forth);
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), 6, "{ids:?}");
    for id in ["v1ItemsList", "v2ItemsList", "getC", "postC"] {
        assert!(ids.contains(&id.to_owned()), "{ids:?}");
    }
    assert_eq!(forth["paths"]["/v1"]["get"]["summary"], "List");
}

#[derive(Deserialize, Serialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only described")]
struct Account {
    name: String,
    #[serde(skip_serializing)]
    password: String,
    #[serde(skip_deserializing)]
    id: u32,
    inner: Inner,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Inner {
    #[serde(rename(serialize = "out", deserialize = "in"))]
    value: i64,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Page<T> {
    items: Vec<T>,
}

/// A type of the application whose name the framework also uses.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
struct MyProblem {
    how_hard: u8,
}

#[test]
fn a_type_that_is_read_and_written_differently_has_two_schemas() {
    async fn create(Json(account): Json<Account>) -> Json<Account> {
        Json(account)
    }
    async fn list() -> Json<Page<Account>> {
        Json(Page { items: Vec::new() })
    }
    async fn problems() -> Json<MyProblem> {
        Json(MyProblem { how_hard: 1 })
    }
    let api = Api::builder(())
        .at("/accounts", get(list).post(create))
        .at("/problems", get(problems));
    let document = document(api);
    let schemas = &document["components"]["schemas"];
    let of = |name: &str| {
        assert!(
            schemas.get(name).is_some(),
            "{name}: {:?}",
            schemas.as_object().unwrap().keys()
        );
        let members = schemas[name]["properties"].as_object().unwrap();
        members.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(of("Account"), ["id", "inner", "name"]);
    assert_eq!(of("AccountInput"), ["inner", "name", "password"]);
    assert_eq!(
        (of("Inner"), of("InnerInput")),
        (vec!["out".to_owned()], vec!["in".to_owned()])
    );
    assert_eq!(schemas["Account"]["properties"]["id"]["maximum"], u32::MAX);
    assert_eq!(of("PageOfAccount"), ["items"]);
    assert_eq!(of("Problem"), ["how_hard"]);
    let create = &document["paths"]["/accounts"]["post"];
    let body = &create["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["$ref"], "#/components/schemas/AccountInput");
    let refused = &create["responses"]["422"]["content"]["application/problem+json"]["schema"];
    assert_eq!(refused["$ref"], "#/components/schemas/ProblemDetails");
}

#[test]
fn the_document_has_only_what_the_author_wrote() {
    let document = document(
        Api::builder(())
            .at("/v1", get(v1::items::list))
            .docs("/docs"),
    );
    let info = json!({"title": "Lamps", "version": "1"});
    assert_eq!(document["info"], info);
    for absent in ["security", "servers", "tags"] {
        assert_eq!(document.get(absent), None, "{absent}");
    }
    assert_eq!(document["components"].get("securitySchemes"), None);
    assert_eq!(document["paths"].as_object().unwrap().len(), 1);
    let responses = document["paths"]["/v1"]["get"]["responses"]
        .as_object()
        .unwrap();
    let statuses: Vec<_> = responses.keys().collect();
    assert_eq!(statuses, ["200", "500", "504"]);
}

struct User;

const UNAUTHORIZED: ProblemType = ProblemType::new(401, "unauthorized", "Sign in first");

impl<S: Sync> Extract<S> for User {
    async fn extract(request: &mut fnurl::Request, _: &S) -> Result<Self, Problem> {
        match request.headers().contains_key("authorization") {
            true => Ok(Self),
            false => Err(UNAUTHORIZED.problem().header(
                http::header::WWW_AUTHENTICATE,
                http::HeaderValue::from_static("Bearer"),
            )),
        }
    }

    fn describe(operation: &mut Operation) {
        operation
            .header::<String>("authorization", true)
            .cookie::<String>("theme", false)
            .secured_by(SecurityScheme::bearer("token", "JWT").scope("read"))
            .refuses(UNAUTHORIZED)
            .problem_header::<String>(401, "www-authenticate");
    }
}

impl<S: Sync> fnurl::MaybeExtract<S> for User {
    fn is_present(request: &fnurl::Request) -> bool {
        request.headers().contains_key("authorization")
    }
}

#[test]
fn security_comes_from_the_extractor_that_reads_it() {
    async fn mine(_: User) -> &'static str {
        ""
    }
    async fn all(_: Option<User>) -> &'static str {
        ""
    }
    let document = document(Api::builder(()).at("/mine", get(mine)).at("/all", get(all)));
    let mine = &document["paths"]["/mine"]["get"];
    assert_eq!(mine["security"], json!([{"token": ["read"]}]));
    assert_eq!(mine["parameters"].as_array().unwrap().len(), 1);
    assert_eq!(mine["parameters"][0]["in"], "cookie");
    let refused = &mine["responses"]["401"];
    assert!(
        refused["headers"]["www-authenticate"].is_object(),
        "{refused}"
    );
    let all = &document["paths"]["/all"]["get"];
    assert_eq!(all["security"], json!([{}, {"token": ["read"]}]));
    let scheme = &document["components"]["securitySchemes"]["token"];
    assert_eq!(
        *scheme,
        json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    );
}

#[tokio::test]
async fn responses_behind_layers_are_those_of_the_contract() {
    use fnurl::layers::{Compression, Cors, Produces, RequestId, SecurityHeaders};
    let api = Api::builder(())
        .at("/lamps", get(list).post(create))
        .layer(Cors::any_origin())
        .layer(Compression::new())
        .layer(RequestId::new())
        .layer(SecurityHeaders::new())
        .layer(Produces(&["application/json"]));
    let api = fnurl::testing::TestApi::new(api.build().unwrap()).assert_contract();
    api.get("/lamps")
        .header("origin", "https://x.example")
        .await
        .assert_status(200);
    let _ = api
        .get("/lamps")
        .header("accept", "text/css")
        .await
        .problem(406);
    let _ = api.get("/lamps?limit=0").await.problem(422);
}

#[test]
fn a_wrapper_invents_no_response() {
    async fn both(Json(lamp): Json<Lamp>) -> WithETag<fnurl::WithLinks<Created<Json<Lamp>>>> {
        WithETag::new(1, fnurl::WithLinks::new(Created::at("/1", Json(lamp))))
    }
    let document = document(Api::builder(()).at("/", fnurl::post(both)));
    let responses = document["paths"]["/"]["post"]["responses"]
        .as_object()
        .unwrap();
    assert!(!responses.contains_key("200"), "{responses:?}");
    let headers = responses["201"]["headers"].as_object().unwrap();
    for name in ["etag", "link", "location"] {
        assert!(headers.contains_key(name), "{name}");
    }
}

#[test]
fn openapi_3_2_describes_each_line_and_has_query() {
    async fn lines() -> fnurl::Ndjson<Lamp> {
        fnurl::Ndjson::new(futures_util::stream::empty::<Result<Lamp, std::io::Error>>())
    }
    let api = Api::builder(())
        .at("/lines", get(lines))
        .at("/search", fnurl::query(lines));
    let contract = api.build().unwrap().contract();
    let prose = Prose::new("Lamps", "1");
    let old = serde_json::to_value(contract.openapi(&prose).unwrap()).unwrap();
    assert_eq!(old["openapi"], "3.1.0");
    assert_eq!(old["paths"].get("/search"), None);
    let new = serde_json::to_value(contract.openapi_3_2(&prose).unwrap()).unwrap();
    assert_eq!(new["openapi"], "3.2.0");
    let content = &new["paths"]["/search"]["query"]["responses"]["200"]["content"];
    let item = &content["application/x-ndjson"]["itemSchema"];
    assert_eq!(item["$ref"], "#/components/schemas/Lamp");
}

#[test]
fn enums_and_maps_in_a_query_are_described() {
    use fnurl::Unvalidated;
    use std::collections::BTreeMap;
    #[derive(Deserialize, JsonSchema)]
    #[serde(tag = "by", rename_all = "lowercase")]
    #[expect(dead_code, reason = "only described")]
    enum By {
        Id { id: u8 },
        Name { name: String, id: Option<String> },
    }
    impl Validate for By {
        fn validate(&self) -> Result<(), validator::ValidationErrors> {
            Ok(())
        }
    }
    async fn by(_: Query<By>) -> &'static str {
        ""
    }
    async fn any(_: Query<Unvalidated<BTreeMap<String, u8>>>) -> &'static str {
        ""
    }
    let document = document(Api::builder(()).at("/by", get(by)).at("/any", get(any)));
    let parameters = document["paths"]["/by"]["get"]["parameters"]
        .as_array()
        .unwrap();
    let mut found: Vec<_> = parameters
        .iter()
        .map(|it| (it["name"].as_str().unwrap(), it["required"] == true))
        .collect();
    found.sort_unstable();
    assert_eq!(found, [("by", true), ("id", false), ("name", false)]);
    let any = &document["paths"]["/any"]["get"]["parameters"][0];
    assert_eq!(
        (&any["style"], &any["explode"]),
        (&json!("form"), &json!(true))
    );
}

#[test]
fn what_is_taken_without_validation_publishes_no_rules() {
    use fnurl::Unvalidated;
    #[derive(Deserialize, Validate, JsonSchema)]
    #[expect(dead_code, reason = "only described")]
    struct Ruled {
        #[validate(length(min = 2, max = 5))]
        name: String,
        #[validate(range(min = 3, max = 9))]
        count: u8,
        pair: (u8, u8),
    }
    async fn create(_: Json<Unvalidated<Ruled>>) -> &'static str {
        ""
    }
    let document = document(Api::builder(()).at("/", fnurl::post(create)));
    let members = &document["components"]["schemas"]["UnvalidatedRuled"]["properties"];
    assert_eq!(members["name"], json!({"type": "string"}));
    assert_eq!(
        (&members["count"]["minimum"], &members["count"]["maximum"]),
        (&json!(0), &json!(255))
    );
    assert_eq!(members["pair"]["minItems"], 2);
}
