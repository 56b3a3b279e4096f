//! JSON bodies.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU8;

use fnurl::Unvalidated;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use validator::{Validate, ValidationErrors};

use super::{body, listed};

const U8: &str = "must be a whole number from 0 to 255";
const NAME: &str = "must be 1 to 9 characters long";

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[validate(length(min = 1, max = 9))]
    unit_name: String,
    #[serde(default)]
    #[validate(range(max = 255))]
    count: u8,
}

/// Types without rules.
macro_rules! without_rules {
    ($($type:ty)+) => {
        $(impl Validate for $type {
            fn validate(&self) -> Result<(), ValidationErrors> {
                Ok(())
            }
        })+
    };
}

#[tokio::test]
async fn lists_and_lists_in_lists_name_the_element() {
    body::<Vec<Line>>(
        r#"[{"unitName":"x"},{"unitName":""}]"#,
        &[("/1/unitName", NAME)],
    )
    .await;
    body::<Vec<Vec<Line>>>(
        r#"[[],[{"unitName":"x"},{"unitName":"0123456789","count":300}]]"#,
        &[("/1/1/count", U8), ("/1/1/unitName", NAME)],
    )
    .await;
    body::<[Line; 2]>(
        r#"[{"unitName":"x"},{"unitName":""}]"#,
        &[("/1/unitName", NAME)],
    )
    .await;
    body::<[Line; 2]>(
        r#"[{"unitName":"x"}]"#,
        &[("", "must have exactly 2 elements")],
    )
    .await;
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
struct Order {
    #[serde(default)]
    #[validate(nested)]
    lines: HashMap<String, Line>,
    #[serde(default)]
    #[validate(nested)]
    sorted: BTreeMap<String, Line>,
    #[serde(default)]
    #[validate(length(max = 9))]
    by_number: HashMap<u16, bool>,
    #[serde(default)]
    #[validate(length(max = 1))]
    few: HashMap<String, u8>,
}

#[tokio::test]
async fn maps_name_the_key() {
    let sent = json!({"lines": {"a": {"unitName": "x"}, "b/c~": {"unitName": ""}, "d": {"unitName": "x"}}});
    body::<Order>(&sent.to_string(), &[("/lines/b~1c~0/unitName", NAME)]).await;
    let sent = json!({"sorted": {"z": {"unitName": ""}, "a": {"unitName": "x"}, "m": {"unitName": "", "count": "1"}}});
    body::<Order>(
        &sent.to_string(),
        &[
            ("/sorted/m/count", U8),
            ("/sorted/m/unitName", NAME),
            ("/sorted/z/unitName", NAME),
        ],
    )
    .await;
    body::<Order>(
        r#"{"by_number":{"1":true,"x":false,"70000":1}}"#,
        &[
            (
                "/by_number/70000",
                "the name must be a whole number from 0 to 65535",
            ),
            (
                "/by_number/x",
                "the name must be a whole number from 0 to 65535",
            ),
        ],
    )
    .await;
    body::<Order>(
        r#"{"few":{"a":1,"b":2}}"#,
        &[("/few", "must have at most 1 member")],
    )
    .await;
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum Shape {
    Circle {
        radius: f64,
        label: Option<String>,
    },
    #[serde(rename_all = "camelCase")]
    Box {
        side_a: u32,
        side_b: u32,
        at: Option<Point>,
        tags: Option<Vec<String>>,
    },
    Nothing,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Drawing {
    #[validate(length(min = 1, max = 9))]
    name: String,
    shape: Shape,
    #[serde(default)]
    more: Vec<Shape>,
    inner: Option<Inner>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Inner {
    shape: Shape,
}

without_rules! { Shape Adjacent External Untagged Flat Text }

#[tokio::test]
async fn internally_tagged_enums_name_the_part() {
    body::<Shape>(r#"{"kind":"circle","radius":1}"#, &[]).await;
    body::<Shape>(r#"{"kind":"nothing"}"#, &[]).await;
    body::<Shape>(
        r#"{"kind":"circle","radius":"1"}"#,
        &[("/radius", "must be a number")],
    )
    .await;
    body::<Shape>(
        r#"{"kind":"circle","radius":true,"label":7}"#,
        &[
            ("/label", "must be a string"),
            ("/radius", "must be a number"),
        ],
    )
    .await;
    body::<Shape>(r#"{"kind":"circle"}"#, &[("/radius", "is required")]).await;
    body::<Shape>(r#"{}"#, &[("/kind", "is required")]).await;
    body::<Shape>(r#"{"kind":7}"#, &[("/kind", "must be a string")]).await;
    body::<Shape>(
        r#"{"kind":"square"}"#,
        &[("/kind", "must be one of `circle`, `box`, `nothing`")],
    )
    .await;
    body::<Shape>(r#"["circle",1.0]"#, &[("", "must be an object")]).await;
    body::<Shape>(r#""circle""#, &[("", "must be an object")]).await;
    body::<Shape>(r#"{"kind":"box","sideA":3.0,"sideB":1e1}"#, &[]).await;
    body::<Shape>(
        r#"{"kind":"box","sideA":-1,"sideB":4294967296}"#,
        &[
            ("/sideA", "must be a whole number from 0 to 4294967295"),
            ("/sideB", "must be a whole number from 0 to 4294967295"),
        ],
    )
    .await;
    body::<Shape>(
        r#"{"kind":"box","sideA":1,"sideB":1,"at":[1,2],"tags":["a"]}"#,
        &[("/at", "must be an object")],
    )
    .await;
    body::<Shape>(
        r#"{"kind":"box","sideA":1,"sideB":1,"at":{"x":1},"tags":["a",1]}"#,
        &[("/at/y", "is required"), ("/tags/1", "must be a string")],
    )
    .await;
}

#[tokio::test]
async fn internally_tagged_enums_keep_their_place_inside_others() {
    let sent = json!({
        "name": "", "shape": {"kind": "circle", "radius": "1"}, "extra": 1,
        "more": [{"kind": "nothing"}, {"kind": "box", "sideA": 1, "sideB": null}, {"kind": "?"}],
    });
    body::<Drawing>(
        &sent.to_string(),
        &[
            ("/extra", "is not a known member"),
            (
                "/more/1/sideB",
                "must be a whole number from 0 to 4294967295",
            ),
            ("/more/2/kind", "must be one of `circle`, `box`, `nothing`"),
            ("/name", NAME),
            ("/shape/radius", "must be a number"),
        ],
    )
    .await;
    let sent =
        json!({"shape": {"kind": "circle"}, "inner": {"shape": {"kind": "circle", "radius": []}}});
    body::<Drawing>(
        &sent.to_string(),
        &[
            ("/inner/shape/radius", "must be a number"),
            ("/name", "is required"),
            ("/shape/radius", "is required"),
        ],
    )
    .await;
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
#[expect(dead_code, reason = "only read")]
enum Adjacent {
    A(u8),
    B { x: bool },
    C,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum External {
    Small,
    Named(String),
    Pair(u8, u8),
    Full { x: bool, y: Option<Text> },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only read")]
enum Text {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only read")]
enum Untagged {
    Circle { radius: f64 },
    Rect { width: f64, height: f64 },
}

#[tokio::test]
async fn other_enums_name_the_part_too() {
    body::<Adjacent>(r#"{"t":"A","c":1}"#, &[]).await;
    body::<Adjacent>(r#"{"t":"A","c":256}"#, &[("/c", U8)]).await;
    body::<Adjacent>(r#"{"c":"x","t":"A"}"#, &[("/c", U8)]).await;
    body::<Adjacent>(
        r#"{"t":"B","c":{"x":1}}"#,
        &[("/c/x", "must be true or false")],
    )
    .await;
    body::<Adjacent>(
        r#"{"c":{"x":1},"t":"B"}"#,
        &[("/c/x", "must be true or false")],
    )
    .await;
    body::<Adjacent>(r#"{"t":"C","c":1}"#, &[("/c", "must be null")]).await;
    body::<Adjacent>(r#"{"t":"D"}"#, &[("/t", "must be one of `A`, `B`, `C`")]).await;
    body::<Adjacent>(r#"{"t":"A"}"#, &[("/c", "is required")]).await;
    body::<External>(r#""small""#, &[]).await;
    body::<External>(
        r#""large""#,
        &[("", "must be one of `small`, `named`, `pair`, `full`")],
    )
    .await;
    body::<External>(r#"{"named":7}"#, &[("/named", "must be a string")]).await;
    body::<External>(r#"{"pair":[1,"2"]}"#, &[("/pair/1", U8)]).await;
    body::<External>(
        r#"{"pair":[1,2,3]}"#,
        &[("/pair", "must have exactly 2 elements")],
    )
    .await;
    body::<External>(
        r#"{"full":{"x":1,"y":7}}"#,
        &[
            ("/full/x", "must be true or false"),
            ("/full/y", "must be a string or an array"),
        ],
    )
    .await;
    body::<External>(r#"{"full":[true,null]}"#, &[("/full", "must be an object")]).await;
    body::<External>(
        r#""named""#,
        &[("", "must be an object with the member `named`")],
    )
    .await;
    body::<Text>(r#"["a",5]"#, &[("/1", "must be a string")]).await;
    body::<Untagged>(r#"{"radius":1}"#, &[]).await;
    body::<Untagged>(r#"{"radius":"1"}"#, &[("/radius", "must be a number")]).await;
    body::<Untagged>(
        r#"{"width":1,"height":"1"}"#,
        &[("/height", "must be a number")],
    )
    .await;
    body::<Untagged>(r#"[1]"#, &[("", "must be an object")]).await;
    body::<Untagged>(r#"{}"#, &[("", "must have the member `radius` or `width`")]).await;
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Flat {
    id: u8,
    #[serde(flatten)]
    point: Point,
    #[serde(flatten)]
    rest: HashMap<String, bool>,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WithLine {
    #[validate(length(min = 1, max = 9))]
    note: Option<String>,
    #[serde(flatten)]
    #[validate(nested)]
    line: Line,
}

#[tokio::test]
async fn flattened_structs_name_the_part() {
    body::<Flat>(r#"{"id":1,"x":1,"y":2,"z":true}"#, &[]).await;
    body::<Flat>(
        r#"{"id":"1","x":"1","y":null,"z":0}"#,
        &[
            ("/id", U8),
            (
                "/x",
                "must be a whole number from -2147483648 to 2147483647",
            ),
            (
                "/y",
                "must be a whole number from -2147483648 to 2147483647",
            ),
            ("/z", "must be true or false"),
        ],
    )
    .await;
    body::<Flat>(
        r#"{}"#,
        &[
            ("/id", "is required"),
            ("/x", "is required"),
            ("/y", "is required"),
        ],
    )
    .await;
    body::<Flat>(
        r#"{"id":1,"x":1,"x":2,"y":0}"#,
        &[("/x", "must be given once")],
    )
    .await;
    body::<WithLine>(
        r#"{"note":"","unitName":""}"#,
        &[("/note", NAME), ("/unitName", NAME)],
    )
    .await;
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
struct Renamed {
    #[serde(rename = "type")]
    #[validate(length(min = 1, max = 9))]
    kind: String,
    #[serde(rename = "b")]
    #[validate(range(max = 3))]
    a: u8,
    #[serde(rename = "a")]
    #[validate(range(max = 5))]
    b: u8,
    #[serde(rename = "postal_code")]
    #[validate(nested)]
    zip: Option<Line>,
}

#[tokio::test]
async fn rules_are_named_by_what_serde_reads() {
    body::<Renamed>(r#"{"type":"","a":1,"b":1}"#, &[("/type", NAME)]).await;
    body::<Renamed>(
        r#"{"type":"x","a":6,"b":1}"#,
        &[("/a", "must be at most 5")],
    )
    .await;
    body::<Renamed>(
        r#"{"type":"x","a":4,"b":4}"#,
        &[("/b", "must be at most 3")],
    )
    .await;
    body::<Renamed>(
        r#"{"type":"x","a":6,"b":6}"#,
        &[("/a", "must be at most 5"), ("/b", "must be at most 3")],
    )
    .await;
    body::<Renamed>(
        r#"{"type":"","a":1,"b":1,"postal_code":{"unitName":""}}"#,
        &[("/postal_code/unitName", NAME), ("/type", NAME)],
    )
    .await;
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Plain {
    name: String,
    at: Option<(u8, u8)>,
    #[serde(default, alias = "colour")]
    color: Option<String>,
    any: Option<serde_json::Value>,
}

#[tokio::test]
async fn a_member_twice_is_one_mistake() {
    let twice = "must be given once";
    body::<Plain>(r#"{"name":"a","name":"b"}"#, &[("/name", twice)]).await;
    body::<Plain>(
        r#"{"name":"a","name":"b","name":"c","at":1}"#,
        &[("/at", "must be an array of 2 elements"), ("/name", twice)],
    )
    .await;
    body::<Plain>(
        r#"{"name":"a","color":"x","colour":"y"}"#,
        &[("/colour", twice)],
    )
    .await;
    body::<Plain>(r#"{"name":"a","any":{"x":1,"x":2}}"#, &[("/any/x", twice)]).await;
    body::<Unvalidated<HashMap<String, Line>>>(
        r#"{"a":{"unitName":"x"},"a":{"unitName":"y"}}"#,
        &[("/a", twice)],
    )
    .await;
    // A member that the type ignores may be repeated.
    body::<Plain>(r#"{"name":"a","other":1,"other":2}"#, &[]).await;
}

#[tokio::test]
async fn valid_json_is_never_called_malformed() {
    body::<Plain>(
        r#"{"name":"a","at":[1,2,3]}"#,
        &[("/at", "must have exactly 2 elements")],
    )
    .await;
    body::<Plain>(
        r#"{"name":"a","at":[1]}"#,
        &[("/at", "must have exactly 2 elements")],
    )
    .await;
    body::<Plain>(r#"{"name":"a","at":[1,1e400]}"#, &[("/at/1", U8)]).await;
    body::<Numbers>(r#"{"float":1e400}"#, &[("/float", "must be a number")]).await;
}

#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
struct Numbers {
    huge: u128,
    low: i128,
    byte: u8,
    word: u32,
    long: u64,
    signed: i64,
    float: f64,
    short: f32,
    some: Option<NonZeroU8>,
    letter: Option<char>,
    yes: bool,
}

#[tokio::test]
async fn numbers_are_exact_and_every_whole_number_is_an_integer() {
    let huge = u128::MAX;
    body::<Numbers>(
        &format!(r#"{{"huge":{huge},"byte":3.0,"word":-0,"long":1e2}}"#),
        &[],
    )
    .await;
    body::<Numbers>(
        &format!(r#"{{"huge":{huge},"byte":"x"}}"#),
        &[("/byte", U8)],
    )
    .await;
    body::<Numbers>(
        &format!(
            r#"{{"huge":{huge}0,"word":4294967296,"byte":256,"signed":1.5,"some":0,"short":1e39}}"#
        ),
        &[
            ("/byte", U8),
            (
                "/huge",
                "must be a whole number from 0 to 340282366920938463463374607431768211455",
            ),
            ("/short", "must be a number"),
            (
                "/signed",
                "must be a whole number from -9223372036854775808 to 9223372036854775807",
            ),
            ("/some", "must be a whole number from 1 to 255"),
            ("/word", "must be a whole number from 0 to 4294967295"),
        ],
    )
    .await;
    body::<Numbers>(
        r#"{"letter":"ab","yes":"true"}"#,
        &[
            ("/letter", "must be one character"),
            ("/yes", "must be true or false"),
        ],
    )
    .await;
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Many {
    a: u8,
    b: u8,
    c: String,
    d: uuid::Uuid,
    e: Vec<u8>,
    f: Text,
    #[validate(length(min = 1, max = 9))]
    g: String,
}

#[tokio::test]
async fn every_missing_member_is_listed() {
    let required = ["/a", "/b", "/c", "/d", "/e", "/f", "/g"].map(|place| (place, "is required"));
    body::<Many>("{}", &required).await;
    body::<Many>(
        r#"{"g":"","d":"x"}"#,
        &[
            ("/a", "is required"),
            ("/b", "is required"),
            ("/c", "is required"),
            ("/d", "must be a UUID"),
            ("/e", "is required"),
            ("/f", "is required"),
            ("/g", NAME),
        ],
    )
    .await;
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Password {
    #[validate(length(min = 3))]
    password: String,
    #[validate(must_match(other = "password"))]
    password_again: String,
    #[validate(length(max = 2))]
    hint: Option<String>,
}

#[tokio::test]
async fn a_rule_about_an_unreadable_value_is_not_reported() {
    body::<Password>(
        r#"{"password":7,"passwordAgain":"abc","hint":"abc"}"#,
        &[
            ("/hint", "must be at most 2 characters long"),
            ("/password", "must be a string"),
        ],
    )
    .await;
    body::<Password>(
        r#"{"password":"abc","passwordAgain":"abd"}"#,
        &[("/passwordAgain", "must be the same as `password`")],
    )
    .await;
}

/// A text type with its own format, as applications define them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[expect(dead_code, reason = "only read")]
struct Sku(String);

impl TryFrom<String> for Sku {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.strip_prefix("SKU-") {
            Some(_) => Ok(Self(text)),
            None => Err("must begin with SKU-"),
        }
    }
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Stock {
    sku: Sku,
    other: Sku,
    count: u8,
    #[validate(nested)]
    lines: Vec<Line>,
    at: Option<std::net::IpAddr>,
}

#[tokio::test]
async fn a_type_of_its_own_form_keeps_no_other_mistake_from_being_found() {
    let sent = json!({
        "sku": "x", "other": "y", "count": -1, "at": "nowhere",
        "lines": [{"unitName": "ok"}, {"unitName": 1}, {"count": 3}],
    });
    body::<Stock>(
        &sent.to_string(),
        &[
            ("/at", "must be an IP address"),
            ("/count", U8),
            ("/lines/1/unitName", "must be a string"),
            ("/lines/2/unitName", "is required"),
            ("/other", "must begin with SKU-"),
            ("/sku", "must begin with SKU-"),
        ],
    )
    .await;
    // Another text of the document has this format, so it stands in for the missing one.
    body::<Stock>(
        r#"{"sku":"SKU-1"}"#,
        &[
            ("/count", "is required"),
            ("/lines", "is required"),
            ("/other", "is required"),
        ],
    )
    .await;
}

#[tokio::test]
async fn of_many_mistakes_the_first_hundred_are_listed_and_the_others_counted() {
    let lines: Vec<_> = (0..80_000).map(|_| json!({"unitName": ""})).collect();
    let sent = serde_json::to_string(&lines).unwrap();
    let api = reads_many();
    let response = api.post("/").text("application/json", &sent).await;
    assert_eq!(listed(&response).len(), 100);
    let problem = response.problem(422);
    assert_eq!(problem["moreErrors"], 79_900);
    assert_eq!(
        problem["detail"],
        "the request breaks 80000 rules, the first 100 are in `errors`"
    );
    let sent = format!("[{}]", vec![r#"{"unitName":1}"#; 300].join(","));
    let response = api.post("/").text("application/json", &sent).await;
    assert_eq!(listed(&response).len(), 100);
    assert_eq!(response.problem(422)["moreErrors"], 200);
}

fn reads_many() -> fnurl::testing::TestApi {
    use fnurl::{Api, Json, post};
    async fn read(Json(_): Json<Vec<Line>>) -> &'static str {
        "read"
    }
    let api = Api::builder(()).at("/", post(read)).body_limit(8 << 20);
    fnurl::testing::TestApi::new(api.build().unwrap())
}

#[tokio::test]
async fn a_large_body_lists_all_its_mistakes() {
    let filler = "x".repeat(200_000);
    let sent = json!({"name": filler, "at": "x", "color": 7, "any": {"big": [filler]}});
    body::<Plain>(
        &sent.to_string(),
        &[
            ("/at", "must be an array of 2 elements"),
            ("/color", "must be a string"),
        ],
    )
    .await;
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
struct Aliased {
    #[serde(alias = "colour")]
    #[validate(length(max = 3))]
    color: String,
    #[validate(length(max = 3))]
    other: String,
}

#[tokio::test]
async fn a_place_that_was_learnt_is_not_taken_for_another() {
    let three = "must be at most 3 characters long";
    for _ in 0..2 {
        body::<Aliased>(r#"{"color":"black","other":"x"}"#, &[("/color", three)]).await;
        body::<Aliased>(r#"{"colour":"black","other":"x"}"#, &[("/colour", three)]).await;
        body::<Aliased>(
            r#"{"colour":"black","other":"black"}"#,
            &[("/colour", three), ("/other", three)],
        )
        .await;
    }
}
