//! Queries, forms and paths: names and texts.

use std::collections::HashMap;

use fnurl::testing::TestApi;
use fnurl::{Api, Path, Query, RouteError, Unvalidated, get};
use schemars::JsonSchema;
use serde::Deserialize;
use validator::Validate;

use super::{assert_listed, listed, query, reads_path};

const U8: &str = "must be a whole number from 0 to 255";

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Page {
    #[validate(range(min = 1, max = 100))]
    per_page: u8,
    exact: Option<bool>,
    after: Option<i64>,
    #[serde(default)]
    ids: Vec<u8>,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Filter {
    tag: Option<String>,
    #[serde(flatten)]
    #[validate(nested)]
    page: Page,
}

#[tokio::test]
async fn flattened_parameters_are_typed() {
    query::<Filter>("per_page=8", &[]).await;
    query::<Filter>("per_page=8&exact=true&after=-3&tag=1&ids=1&ids=2", &[]).await;
    query::<Filter>("per_page=8&ids=1&exact=&after=", &[]).await;
    query::<Filter>(
        "per_page=x&exact=maybe&after=1.5",
        &[
            (
                "after",
                "must be a whole number from -9223372036854775808 to 9223372036854775807",
            ),
            ("exact", "must be true or false"),
            ("per_page", U8),
        ],
    )
    .await;
    query::<Filter>("", &[("per_page", "is required")]).await;
    query::<Filter>("per_page=", &[("per_page", U8)]).await;
    query::<Filter>("per_page=0", &[("per_page", "must be from 1 to 100")]).await;
    query::<Filter>(
        "per_page=1&per_page=2",
        &[("per_page", "must be given once")],
    )
    .await;
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Search {
    #[serde(rename = "page[size]")]
    #[validate(range(max = 100))]
    size: Option<u8>,
    #[serde(rename = "page[after]")]
    after: Option<i128>,
    #[serde(default)]
    order: Order,
    ratio: Option<f32>,
    #[serde(default)]
    #[validate(length(max = 2))]
    tag: Vec<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

#[tokio::test]
async fn every_parameter_is_listed_by_its_whole_name() {
    query::<Search>(
        "page[size]=7&page%5Bafter%5D=-170141183460469231731687303715884105728",
        &[],
    )
    .await;
    query::<Search>("order=oldest-first&ratio=1e-2&tag=a&tag=b", &[]).await;
    query::<Search>(
        "page[size]=x&page[after]=y&order=z&ratio=NaN&what=1&tag=a&tag=b&tag=c",
        &[
            (
                "page[after]",
                "must be a whole number from -170141183460469231731687303715884105728 to 170141183460469231731687303715884105727",
            ),
            ("page[size]", U8),
            ("order", "must be one of `newest-first`, `oldest-first`"),
            ("ratio", "must be a number"),
            ("tag", "must have at most 2 elements"),
            ("what", "is not a parameter of this route"),
        ],
    )
    .await;
    for (sent, message) in [
        ("page[size]=256", U8),
        ("page[size]=%2B5", U8),
        ("page[size]=007", U8),
        ("page[size]=101", "must be at most 100"),
        ("page[size]=1&page[size]=2", "must be given once"),
    ] {
        query::<Search>(sent, &[("page[size]", message)]).await;
    }
    for sent in ["inf", "infinity", "NaN", "1e39", "0x1"] {
        query::<Search>(&format!("ratio={sent}"), &[("ratio", "must be a number")]).await;
    }
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Place {
    floor: u8,
    #[validate(length(max = 3))]
    room: String,
    side: Order,
}

#[tokio::test]
async fn every_path_parameter_is_listed() {
    let api = reads_path::<Place>("/{floor}/{room}/{side}");
    let response = api.get("/x/abcd/left").await;
    let expected = [
        ("floor", U8),
        ("room", "must be at most 3 characters long"),
        ("side", "must be one of `newest-first`, `oldest-first`"),
    ];
    assert_listed(&listed(&response), &expected, "/x/abcd/left");
    api.get("/1/abc/oldest-first").await.assert_status(200);
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct First {
    a: Option<u8>,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Second {
    b: Option<u8>,
}

#[tokio::test]
async fn extractors_of_one_query_share_what_they_know() {
    async fn both(_: Query<First>, _: Query<Second>) -> &'static str {
        "read"
    }
    let api = TestApi::new(Api::builder(()).at("/", get(both)).build().unwrap());
    api.get("/?a=1&b=2").await.assert_status(200);
    let response = api.get("/?a=x&b=2&c=3").await;
    let places: Vec<_> = listed(&response)
        .into_iter()
        .map(|(place, ..)| place)
        .collect();
    assert!(
        places.iter().filter(|place| *place == "a").count() == 1,
        "{places:?}"
    );
    assert!(places.contains(&"c".to_owned()) && !places.contains(&"b".to_owned()));
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Impossible {
    name: String,
    place: Inner,
    pair: (u8, u8),
    size: Option<Size>,
    state: Vec<WithData>,
    shape: Tagged,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct ImpossibleInside {
    name: String,
    #[serde(flatten)]
    more: More,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct More {
    number: u8,
    tags: Vec<String>,
    place: Inner,
}

#[derive(Debug, Deserialize, JsonSchema)]
enum Size {
    Small,
    Large,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
enum WithData {
    Open,
    Closed { at: u8 },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
#[expect(dead_code, reason = "only read")]
enum Tagged {
    Circle { radius: u8 },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Inner {
    x: u8,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Optional {
    id: Option<u8>,
}

#[test]
fn a_type_that_can_never_be_read_is_a_build_mistake() {
    async fn query(_: Query<Impossible>) -> &'static str {
        ""
    }
    async fn inside(_: Query<ImpossibleInside>) -> &'static str {
        ""
    }
    async fn path(_: Path<Optional>) -> &'static str {
        ""
    }
    let build = Api::builder(())
        .at("/q", get(query))
        .at("/inside", get(inside))
        .at("/{id}", get(path))
        .build();
    let error = build.unwrap_err();
    let mistakes: Vec<String> = error.errors().iter().map(RouteError::to_string).collect();
    assert_eq!(mistakes.len(), 6, "{mistakes:#?}");
    for (mistake, names) in mistakes.iter().zip([
        ["GET /q", "`place`"],
        ["GET /q", "`pair`"],
        ["GET /q", "`state`"],
        ["GET /q", "`shape`"],
        ["GET /inside", "`place`"],
        ["GET /{id}", "`id`"],
    ]) {
        assert!(names.iter().all(|name| mistake.contains(name)), "{mistake}");
    }
}

#[tokio::test]
async fn maps_and_enums_are_read_from_a_query() {
    async fn map(Query(map): Query<Unvalidated<HashMap<String, u8>>>) -> String {
        let mut names: Vec<_> = map.0.keys().cloned().collect();
        names.sort();
        names.join(",")
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(tag = "by", rename_all = "lowercase")]
    #[expect(dead_code, reason = "only read and shown")]
    enum Lookup {
        Id { id: u32 },
        Name { name: String, exact: Option<bool> },
    }
    impl Validate for Lookup {
        fn validate(&self) -> Result<(), validator::ValidationErrors> {
            Ok(())
        }
    }
    async fn lookup(Query(by): Query<Lookup>) -> String {
        format!("{by:?}")
    }
    let api = Api::builder(()).at("/map", get(map)).at("/by", get(lookup));
    let api = TestApi::new(api.build().unwrap());
    api.get("/map?b=1&a=2").await.assert_text(200, "a,b");
    let response = api.get("/map?b=x&a=2&c=300").await;
    assert_listed(&listed(&response), &[("b", U8), ("c", U8)], "map");
    api.get("/by?by=id&id=7")
        .await
        .assert_text(200, "Id { id: 7 }");
    let response = api.get("/by?by=name&name=7&exact=no").await;
    assert_listed(
        &listed(&response),
        &[("exact", "must be true or false")],
        "by",
    );
}
