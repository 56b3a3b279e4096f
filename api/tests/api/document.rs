//! The document matches the handlers for types of every kind, and the test tool finds each
//! difference.

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use fnurl::testing::TestApi;
use fnurl::{Api, Form, Header, HeaderField, Input, Json, Path, Query, get, post};
use http::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

async fn body<T: Input>(Json(_): Json<T>) -> &'static str {
    "read"
}

async fn query<T: Input>(Query(_): Query<T>) -> &'static str {
    "read"
}

async fn form<T: Input>(Form(_): Form<T>) -> &'static str {
    "read"
}

async fn path<T: Input>(Path(_): Path<T>) -> &'static str {
    "read"
}

async fn header<T: HeaderField>(Header(_): Header<T>) -> &'static str {
    "read"
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Order {
    #[validate(length(min = 1, max = 9))]
    short_name: String,
    #[validate(range(min = 2, max = 9))]
    how_many: u8,
    id: Uuid,
    small: i16,
    word: u32,
    long: i64,
    ratio: f64,
    letter: char,
    non_zero: NonZeroU8,
    #[validate(length(max = 2))]
    tags: Vec<String>,
    #[validate(nested)]
    lines: Vec<Line>,
    pair: (u8, bool),
    by_name: BTreeMap<String, u8>,
    note: Option<String>,
    shape: Shape,
    size: Size,
    state: State,
    text: Text,
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Line {
    #[validate(email)]
    to: String,
    #[serde(default)]
    count: u16,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum Shape {
    Circle { radius: f64 },
    Box { side: u8, corner: Option<Corner> },
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Corner {
    x: u8,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum State {
    Open,
    Closed { at: u8 },
    Moved(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only read")]
enum Text {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Search {
    #[validate(range(min = 1, max = 100))]
    limit: Option<u32>,
    small: Option<u8>,
    exact: Option<bool>,
    ratio: Option<f64>,
    order: Option<Size>,
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    number: Vec<u8>,
}

#[derive(Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Place {
    number: u8,
    #[validate(range(min = 1, max = 100))]
    page: i16,
    ratio: f64,
    size: Size,
    id: Uuid,
    #[validate(length(max = 3))]
    name: String,
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Needed {
    #[validate(length(min = 1, max = 3))]
    name: String,
    count: u8,
    exact: bool,
    order: Size,
    tags: Vec<String>,
    note: Option<String>,
}

/// A header with a whole number.
struct Count;

impl HeaderField for Count {
    type Schema = u8;
    const NAME: HeaderName = HeaderName::from_static("x-count");

    fn parse(value: &HeaderValue) -> Result<Self, String> {
        let text = value.to_str().unwrap_or_default();
        let is_number = serde_json::from_str::<f64>(text)
            .is_ok_and(|it| it.fract() == 0.0 && (0.0..=255.0).contains(&it));
        match is_number {
            true => Ok(Self),
            false => Err("must be a whole number from 0 to 255".to_owned()),
        }
    }
}

#[tokio::test]
async fn document_and_handler_agree_on_types_of_every_kind() {
    let api = Api::builder(())
        .at("/orders", post(body::<Order>))
        .at("/lists", post(body::<Vec<Line>>))
        .at("/search", get(query::<Search>))
        .at("/form", post(form::<Search>))
        .at("/needed", post(form::<Needed>))
        .at(
            "/places/{number}/{page}/{ratio}/{size}/{id}/{name}",
            get(path::<Place>),
        )
        .at("/count", get(header::<Count>));
    let api = TestApi::new(api.build().unwrap());
    let found: Vec<String> = api
        .disagreements()
        .await
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        found.is_empty(),
        "{} disagree:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// A type with a rule that is not in its schema.
#[derive(Deserialize, JsonSchema)]
struct Hidden {
    even: u8,
}

impl Validate for Hidden {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        if self.even % 2 == 1 {
            errors.add("even", validator::ValidationError::new("even"));
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors),
        }
    }
}

/// A header with a rule that is not in its schema.
struct Even;

impl HeaderField for Even {
    type Schema = u8;
    const NAME: HeaderName = HeaderName::from_static("x-even");

    fn parse(value: &HeaderValue) -> Result<Self, String> {
        let number: Option<u8> = value.to_str().ok().and_then(|text| text.parse().ok());
        match number {
            Some(number) if number % 2 == 0 => Ok(Self),
            _ => Err("must be an even number".to_owned()),
        }
    }
}

#[tokio::test]
async fn a_rule_that_is_not_published_is_found_wherever_it_is_read() {
    let routes = [
        ("/body", post(body::<Hidden>)),
        ("/query", get(query::<Hidden>)),
        ("/form", post(form::<Hidden>)),
        ("/path/{even}", get(path::<Hidden>)),
        ("/header", get(header::<Even>)),
    ];
    for (template, handler) in routes {
        let api = TestApi::new(Api::builder(()).at(template, handler).build().unwrap());
        let found = api.disagreements().await;
        let says =
            |it: &fnurl::testing::Disagreement| it.to_string().contains("the document says valid");
        assert!(found.iter().any(says), "{template}: {found:#?}");
    }
}

/// Rules of `validator` that `schemars` does not read from its attributes.
#[derive(Deserialize, Validate, JsonSchema)]
struct Unread {
    #[validate(range(exclusive_min = 0))]
    above: i32,
    #[validate(length(max = 2))]
    by_name: BTreeMap<String, u8>,
    #[validate(does_not_contain(pattern = "@"))]
    without_at: String,
    #[validate(non_control_character)]
    printable: String,
    #[validate(ip)]
    address: String,
}

/// The same rules, said to `schemars` too.
#[derive(Deserialize, Validate, JsonSchema)]
struct Read {
    #[validate(range(exclusive_min = 0))]
    #[schemars(extend("exclusiveMinimum" = 0))]
    above: i32,
    #[validate(length(max = 2))]
    #[schemars(extend("maxProperties" = 2))]
    by_name: BTreeMap<String, u8>,
    #[validate(does_not_contain(pattern = "@"))]
    #[schemars(regex(pattern = "^[^@]*$"))]
    without_at: String,
    #[validate(non_control_character)]
    #[schemars(regex(pattern = r"^\P{Cc}*$"))]
    printable: String,
    #[validate(ip)]
    #[schemars(extend("format" = "ipv4"))]
    address: String,
}

#[tokio::test]
async fn a_rule_that_schemars_does_not_read_is_found_until_it_is_published() {
    let api = Api::builder(()).at("/", post(body::<Unread>)).build();
    let found = TestApi::new(api.unwrap()).disagreements().await;
    for member in ["above", "by_name", "without_at", "printable", "address"] {
        let place = format!("\"pointer\":\"/{member}\"");
        let is_found = found.iter().any(|it| it.verdicts.contains(&place));
        assert!(is_found, "{member}: {found:#?}");
    }
    let api = Api::builder(()).at("/", post(body::<Read>)).build();
    let found = TestApi::new(api.unwrap()).disagreements().await;
    assert_eq!(found, []);
}
