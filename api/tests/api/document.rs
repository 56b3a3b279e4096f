//! The document matches the handlers for types of every kind, and the test tool finds each
//! difference.

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use fnurl::testing::TestApi;
use fnurl::{Api, Input, Json, Query, get, post};
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

#[tokio::test]
async fn document_and_handler_agree_on_types_of_every_kind() {
    let api = Api::builder(())
        .at("/orders", post(body::<Order>))
        .at("/lists", post(body::<Vec<Line>>))
        .at("/search", get(query::<Search>));
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

#[tokio::test]
async fn a_rule_that_is_not_published_is_found() {
    let api = TestApi::new(
        Api::builder(())
            .at("/", post(body::<Hidden>))
            .build()
            .unwrap(),
    );
    let found = api.disagreements().await;
    assert!(!found.is_empty());
    assert!(
        found[0].to_string().contains("the document says valid"),
        "{}",
        found[0]
    );
}
