//! Types that are hard to read: the cost is limited, and every mistake is found.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use super::{body, listed, query, reads_body};

const U8: &str = "must be a whole number from 0 to 255";
const UUID: &str = "must be a UUID";

macro_rules! without_rules {
    ($($type:ty)+) => {
        $(impl Validate for $type {
            fn validate(&self) -> Result<(), ValidationErrors> {
                Ok(())
            }
        })+
    };
}

without_rules! { Expression Binary Told Composite FlatId Event Filter Closed }

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum Expression {
    Not(Box<Expression>),
    Number(f64),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
enum Binary {
    Add(Box<Binary>, Box<Binary>),
    Num(f64),
}

#[tokio::test]
async fn types_that_hold_themselves_come_to_an_end() {
    body::<Expression>("5", &[("", "must be one of `not`, `number`")]).await;
    body::<Binary>(
        r#"{"Add":[{"Num":1},5]}"#,
        &[("/Add/1", "must be one of `Add`, `Num`")],
    )
    .await;
    body::<Binary>(
        r#"{"Add":[{"Num":"x"}]}"#,
        &[
            ("/Add", "must have exactly 2 elements"),
            ("/Add/0/Num", "must be a number"),
        ],
    )
    .await;
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Inside {
    id: Uuid,
    at: std::net::IpAddr,
    k: u8,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Composite {
    inner: Inside,
    pair: (u8, Uuid),
    event: Event,
    n: u8,
    z: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
enum Event {
    Created { id: Uuid },
    Gone,
}

#[tokio::test]
async fn a_missing_or_wrong_value_hides_no_other_mistake() {
    let all = ["/event", "/inner", "/n", "/pair", "/z"].map(|place| (place, "is required"));
    body::<Composite>("{}", &all).await;
    body::<Composite>(
        r#"{"inner":5,"pair":[1],"event":"Created","n":-1}"#,
        &[
            ("/event", "must be an object with the member `Created`"),
            ("/inner", "must be an object"),
            ("/n", U8),
            ("/pair", "must have exactly 2 elements"),
            ("/z", "is required"),
        ],
    )
    .await;
    body::<Composite>(
        r#"{"inner":{"id":"x"},"pair":["x","y"],"event":{"Created":{}},"n":1,"z":0}"#,
        &[
            ("/event/Created/id", "is required"),
            ("/inner/at", "is required"),
            ("/inner/id", UUID),
            ("/inner/k", "is required"),
            ("/pair/0", U8),
            ("/pair/1", UUID),
            ("/z", "must be true or false"),
        ],
    )
    .await;
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "k")]
#[expect(dead_code, reason = "only read")]
enum Told {
    B { name: String, id: Uuid },
    C { id: Uuid, n: u8 },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct FlatId {
    title: String,
    #[serde(flatten)]
    inner: Named,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Named {
    id: Uuid,
    name: String,
}

#[tokio::test]
async fn types_that_read_bytes_too_have_their_place_inside_enums() {
    body::<Told>(r#"{"k":"C","n":5,"id":"67e55044"}"#, &[("/id", UUID)]).await;
    body::<Told>(
        r#"{"k":"C","id":"67e55044","n":-5}"#,
        &[("/id", UUID), ("/n", U8)],
    )
    .await;
    body::<Told>(r#"{"k":"C","n":-5}"#, &[("/id", "is required"), ("/n", U8)]).await;
    body::<Told>(r#"{"k":"B","name":"x","id":"x"}"#, &[("/id", UUID)]).await;
    body::<FlatId>(
        r#"{"title":"y","id":"x","name":5}"#,
        &[("/id", UUID), ("/name", "must be a string")],
    )
    .await;
    body::<FlatId>(
        "{}",
        &[
            ("/id", "is required"),
            ("/name", "is required"),
            ("/title", "is required"),
        ],
    )
    .await;
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum Filter {
    Not { f: Box<Filter> },
    All { fs: Vec<Filter> },
    Is { v: u8 },
}

#[tokio::test]
async fn a_wrong_tag_anywhere_is_one_mistake() {
    let ops = "must be one of `not`, `all`, `is`";
    body::<Filter>(r#"{"op":"not","f":{"op":"zz"}}"#, &[("/f/op", ops)]).await;
    body::<Filter>(
        r#"{"op":"all","fs":[{"op":"is","v":"x"},{"op":"zz"},{"op":"not","f":{"op":"is","v":1}}]}"#,
        &[("/fs/0/v", U8), ("/fs/1/op", ops)],
    )
    .await;
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Closed {
    a: u8,
    #[serde(flatten)]
    point: Point,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Point {
    x: u8,
    y: u8,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Raw {
    #[schemars(with = "serde_json::Value")]
    raw: Box<RawValue>,
    list: Option<ListInEnum>,
    n: u8,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "k")]
#[expect(dead_code, reason = "only read")]
enum ListInEnum {
    A { l: Vec<u8> },
}

#[tokio::test]
async fn special_members_are_read_as_serde_reads_them() {
    let unknown = "is not a known member";
    body::<Closed>(
        r#"{"a":1,"x":1,"y":1,"z":1,"w":2}"#,
        &[("/w", unknown), ("/z", unknown)],
    )
    .await;
    body::<Raw>(
        r#"{"raw":{"a":[1,"b"]},"list":{"k":"A","l":[1]},"n":1}"#,
        &[],
    )
    .await;
    body::<Raw>(r#"{"raw":1.50,"n":-1}"#, &[("/n", U8)]).await;
}

/// A month with its own check.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "u8")]
struct Month(#[expect(dead_code, reason = "only read")] u8);

impl TryFrom<u8> for Month {
    type Error = &'static str;

    fn try_from(month: u8) -> Result<Self, Self::Error> {
        match month {
            2..=12 => Ok(Self(month)),
            _ => Err("must be a month from 2 to 12"),
        }
    }
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only read")]
struct Ruled {
    month: Month,
    #[validate(length(min = 3))]
    first_name: String,
    #[serde(rename = "type")]
    #[validate(required)]
    kind: Option<String>,
    #[serde(default)]
    ids: Vec<u8>,
}

#[tokio::test]
async fn rules_are_checked_beside_whatever_else_is_wrong() {
    body::<Ruled>(
        r#"{"month":13,"firstName":"x"}"#,
        &[
            ("/firstName", "must be at least 3 characters long"),
            ("/month", "must be a month from 2 to 12"),
            ("/type", "is required"),
        ],
    )
    .await;
    query::<Ruled>(
        "month=3&firstName=x&ids=y",
        &[
            ("firstName", "must be at least 3 characters long"),
            ("ids", U8),
            ("type", "is required"),
        ],
    )
    .await;
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
struct Recursive {
    #[validate(nested)]
    next: Option<Box<Recursive>>,
    #[serde(default, deserialize_with = "trimmed")]
    #[validate(length(min = 3))]
    name: String,
}

fn trimmed<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|text| text.trim().to_owned())
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
struct Lists {
    #[serde(default)]
    #[validate(nested)]
    list: Vec<Leaf>,
    #[serde(default)]
    #[validate(nested)]
    map: HashMap<String, Leaf>,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
struct Leaf {
    #[validate(length(min = 3))]
    n: Option<String>,
    #[validate(required)]
    r: Option<u8>,
}

/// Reads bodies that need much work; a test that hangs fails.
#[tokio::test]
async fn the_work_for_any_body_is_bounded() {
    let mut deep = json!({"name": " x "});
    for _ in 0..40 {
        deep = json!({"name": "long", "next": deep});
    }
    let response = reads_body::<Recursive>().post("/").json(&deep).await;
    assert_eq!(listed(&response).len(), 1);
    let leaves: Vec<_> = (0..20_000)
        .map(|n| json!({"n": n.to_string()[..1], "r": 1}))
        .collect();
    let map: HashMap<_, _> = (0..10_000)
        .map(|n| (n.to_string(), json!({"n": "x"})))
        .collect();
    let response = reads_body::<Lists>()
        .post("/")
        .json(&json!({"list": leaves, "map": map}))
        .await;
    assert_eq!(listed(&response).len(), 100);
    assert_eq!(
        response.problem(422)["moreErrors"],
        20_000 + 2 * 10_000 - 100
    );
    let many: Vec<_> = (0..100_000).collect();
    let sent = json!({"k": "A", "zz": many, "yy": vec![json!({}); 60]});
    let response = reads_body::<Loose>().post("/").json(&sent).await;
    assert!(!listed(&response).is_empty());
    let pairs: Vec<_> = (0..30_000).map(|n| format!("p{n}=")).collect();
    let form = super::reads_form::<Lists2>();
    let form = form
        .post("/")
        .text("application/x-www-form-urlencoded", &pairs.join("&"));
    form.await.assert_status(200);
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "k")]
#[expect(dead_code, reason = "only read")]
enum Loose {
    A { x: u8, s: String, l: Vec<u8> },
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Lists2 {
    p: Option<u8>,
}

without_rules! { Loose }

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct HasLarge {
    name: String,
    #[serde(flatten)]
    inner: Large,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Large {
    size: Option<u128>,
}

#[tokio::test]
async fn a_type_that_serde_cannot_read_is_not_called_a_mistake_of_the_client() {
    let api = reads_body::<HasLarge>();
    let request = api
        .post("/")
        .text("application/json", r#"{"name":"a","size":1}"#);
    let _ = request.await.problem(500);
    let request = api.post("/").text("application/json", r#"{"name":"a"}"#);
    request.await.assert_status(200);
    let found = api.disagreements().await;
    assert!(
        found
            .iter()
            .any(|it| it.verdicts.contains("fails with 500")),
        "{found:#?}"
    );
}
