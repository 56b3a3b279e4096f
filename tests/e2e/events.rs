//! Real events as files: the application answers each through the same path as in Lambda.

use fnurl::testing::TestApi;
use models::testing::embedded_store;

#[tokio::test]
async fn every_event_of_a_file_gets_its_answer() {
    let api = TestApi::new(routes::api(embedded_store().await).unwrap());
    let cases: [(&str, &str, u16); 6] = [
        (
            "browser GET",
            include_str!("../events/get_from_browser.json"),
            200,
        ),
        ("POST JSON", include_str!("../events/post_json.json"), 201),
        (
            "POST base64",
            include_str!("../events/post_base64.json"),
            201,
        ),
        ("POST form", include_str!("../events/post_form.json"), 415),
        ("signed GET", include_str!("../events/get_signed.json"), 200),
        ("OPTIONS", include_str!("../events/options.json"), 204),
    ];
    for (name, event, status) in cases {
        let response = api.invoke(event).await;
        assert_eq!(response.status(), status, "{name}: {response:?}");
    }
}
