//! The contract as the API serves it.

use fnurl::Api;
use fnurl::docs::{Gzipped, Published};
use fnurl::testing::TestApi;

/// gzip of `{}` and of `a: 1`, as `gzip --no-name` makes them.
const JSON: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 174, 5, 0, 67, 191, 166, 163, 2, 0, 0, 0,
];
const YAML: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 180, 82, 48, 4, 0, 164, 11, 120, 79, 4, 0, 0, 0,
];

fn api() -> TestApi {
    let published = Published {
        json: Gzipped::new(JSON),
        yaml: Gzipped::new(YAML),
    };
    let api = Api::builder(()).published_docs("/docs", published);
    TestApi::new(api.build().unwrap())
}

#[tokio::test]
async fn the_document_is_served_in_both_forms_to_clients_without_gzip() {
    let api = api();
    for (path, text, media_type) in [
        ("/openapi.json", "{}", "application/json"),
        ("/openapi.yaml", "a: 1", "application/yaml"),
    ] {
        let response = api.get(path).await;
        response.assert_text(200, text);
        assert_eq!(response.header("content-type"), Some(media_type));
        assert_eq!(response.header("content-encoding"), None);
        assert_eq!(response.header("vary"), Some("accept-encoding"));
    }
}

#[tokio::test]
async fn clients_that_accept_gzip_get_the_stored_bytes() {
    let api = api();
    let response = api
        .get("/openapi.json")
        .header("accept-encoding", "br, gzip");
    let response = response.await;
    response.assert_status(200);
    assert_eq!(response.body(), JSON);
    assert_eq!(response.header("content-encoding"), Some("gzip"));
}

#[tokio::test]
async fn a_file_that_the_client_has_is_304_for_each_encoding_separately() {
    let api = api();
    for path in ["/openapi.json", "/docs", "/docs/ui.js"] {
        let first = api.get(path).await;
        let tag = first.header("etag").unwrap();
        assert_eq!(first.header("cache-control"), Some("public, no-cache"));
        api.get(path).if_none_match(tag).await.assert_status(304);
        if path == "/docs" {
            continue;
        }
        let zipped = || api.get(path).header("accept-encoding", "gzip");
        zipped().if_none_match(tag).await.assert_status(200);
        let tag = zipped().await.header("etag").unwrap().to_owned();
        zipped().if_none_match(&tag).await.assert_status(304);
    }
}

#[tokio::test]
async fn the_page_names_its_files_and_may_load_nothing_else() {
    let api = api();
    let page = api.get("/docs").await;
    assert!(page.text().contains("spec-url=\"openapi.json\""));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    let script = api.get("/docs/ui.js").await;
    assert!(script.text().starts_with("/*! OpenAPI Explorer"));
}

#[tokio::test]
async fn bytes_that_are_not_gzip_are_a_500_that_hides_them() {
    let broken = Gzipped::new(b"not gzip");
    let published = Published {
        json: broken,
        yaml: broken,
    };
    let api = Api::builder(()).published_docs("/docs", published);
    let api = TestApi::new(api.build().unwrap());
    let problem = api.get("/openapi.json").await.problem(500);
    assert!(!problem.to_string().contains("gzip"), "{problem}");
}
