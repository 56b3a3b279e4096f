//! Routing: the handler for each path and method, and the response when none matches.

use fnurl::testing::TestApi;
use fnurl::{
    Api, BuildError, MatchedRoute, Path, Response, RouteError, Routes, TrailingSlash, delete, get,
    head, options, post,
};
use http::Method;

async fn one(Path(id): Path<String>) -> String {
    format!("one {id}")
}

async fn two(Path((a, b)): Path<(String, u8)>) -> String {
    format!("two {a} {b}")
}

async fn fixed() -> &'static str {
    "fixed"
}

fn api() -> TestApi {
    let api = Api::builder(())
        .at("/items", get(fixed).post(fixed))
        .at("/items/{itemId}", get(one).delete(one))
        .at("/items/newest", get(fixed))
        .at("/pairs/{a}/{b}", get(two))
        .at("/heads", head(fixed).get(one_fixed))
        .at("/asked", options(fixed).post(fixed));
    TestApi::new(api.build().unwrap())
}

async fn one_fixed() -> &'static str {
    "get"
}

#[tokio::test]
async fn paths_are_matched_as_sent_and_parameters_decoded_afterwards() {
    let cases = [
        ("/items", 200, "fixed"),
        ("/items/7", 200, "one 7"),
        ("/items/newest", 200, "fixed"),
        ("/items/a%2Fb", 200, "one a/b"),
        ("/items/caf%C3%A9", 200, "one café"),
        ("/items/a+b", 200, "one a+b"),
        ("/items/%20", 200, "one  "),
        ("/pairs/x/7?ignored=1", 200, "two x 7"),
    ];
    for (path, status, text) in cases {
        api().get(path).await.assert_text(status, text);
    }
}

#[tokio::test]
async fn unknown_paths_and_bad_escapes_are_problems() {
    let cases = [
        ("/", 404),
        ("/nowhere", 404),
        ("/items/", 404),
        ("//items", 404),
        ("/items/7/8", 404),
        ("/items/%zz", 400),
        ("/items/%", 400),
        ("/items/%ff", 400),
        ("/pairs/x/300", 422),
    ];
    for (path, status) in cases {
        let _ = api().get(path).await.problem(status);
    }
}

#[tokio::test]
async fn a_method_without_a_route_is_refused_with_those_that_have_one() {
    let response = api().request(Method::PATCH, "/items").await;
    let _ = response.problem(405);
    assert_eq!(response.header("allow"), Some("GET, HEAD, POST, OPTIONS"));

    let made_up = Method::from_bytes(b"FROB").unwrap();
    let _ = api().request(made_up, "/items/7").await.problem(405);
}

#[tokio::test]
async fn head_is_handled_like_get_without_a_body_unless_it_has_a_route() {
    let response = api().request(Method::HEAD, "/items/7").await;
    response.assert_text(200, "");
    assert_eq!(
        response.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    api()
        .request(Method::HEAD, "/asked")
        .await
        .assert_status(405);
}

#[tokio::test]
async fn options_lists_the_methods_unless_it_has_a_route() {
    let response = api().request(Method::OPTIONS, "/items/7").await;
    response.assert_text(204, "");
    assert_eq!(response.header("allow"), Some("GET, HEAD, DELETE, OPTIONS"));
    let asked = api().request(Method::OPTIONS, "/asked").await;
    asked.assert_text(200, "fixed");
    let _ = api()
        .request(Method::OPTIONS, "/nowhere")
        .await
        .problem(404);
}

#[tokio::test]
async fn a_trailing_slash_is_strict_ignored_or_redirected() {
    let api = |policy| {
        let routes = Routes::new()
            .at("/items", get(fixed))
            .at("/tree/", get(fixed));
        let api = Api::builder(()).routes([routes]).trailing_slash(policy);
        TestApi::new(api.build().unwrap())
    };
    let cases = [
        (TrailingSlash::Strict, "/items/", 404, None),
        (TrailingSlash::Ignore, "/items/", 200, None),
        (TrailingSlash::Ignore, "/tree", 200, None),
        (
            TrailingSlash::Redirect,
            "/items/?a=%20",
            308,
            Some("/items?a=%20"),
        ),
        (TrailingSlash::Redirect, "/tree", 308, Some("/tree/")),
        (TrailingSlash::Redirect, "/other/", 404, None),
        (TrailingSlash::Redirect, "//", 404, None),
    ];
    for (policy, path, status, location) in cases {
        let response = api(policy).get(path).await;
        response.assert_status(status);
        assert_eq!(response.header("location"), location, "{policy:?} {path}");
    }
}

#[tokio::test]
async fn sets_of_routes_nest_and_merge() {
    let lines = Routes::new()
        .at("/", get(one))
        .at("/{line}", get(two_lines));
    let orders = Routes::new()
        .at("/", post(fixed))
        .merge(Routes::new().at("/{order}", delete(one)))
        .nest("/{order}/lines", lines);
    let api = Api::builder(()).nest("/orders", orders).build().unwrap();
    let api = TestApi::new(api);
    api.post("/orders").await.assert_text(200, "fixed");
    api.delete("/orders/7").await.assert_text(200, "one 7");
    api.get("/orders/7/lines").await.assert_text(200, "one 7");
    api.get("/orders/7/lines/2")
        .await
        .assert_text(200, "lines 7 2");
}

async fn two_lines(Path((order, line)): Path<(u32, u32)>) -> String {
    format!("lines {order} {line}")
}

#[tokio::test]
async fn a_handler_can_ask_for_its_template() {
    async fn template(route: MatchedRoute, _: Path<String>) -> String {
        route.template().to_owned()
    }
    let api = Api::builder(())
        .at("/a/{b}", get(template))
        .build()
        .unwrap();
    TestApi::new(api)
        .get("/a/1")
        .await
        .assert_text(200, "/a/{b}");
}

fn mistakes(routes: Routes<()>) -> Vec<String> {
    let built: Result<Api, BuildError> = Api::builder(()).routes([routes]).build();
    let mistakes = built.err().unwrap();
    mistakes
        .errors()
        .iter()
        .map(RouteError::to_string)
        .collect()
}

#[test]
fn a_conflict_names_both_routes() {
    let routes = Routes::new()
        .at("/items/{itemId}", get(one))
        .at("/items/{id}", delete(one))
        .at("/items/{itemId}", get(one));
    assert_eq!(
        mistakes(routes),
        [
            "`GET /items/{itemId}` conflicts with `GET /items/{itemId}`: both match the same paths, so remove one or change its template",
            "`DELETE /items/{id}` conflicts with `GET /items/{itemId}`: both match the same paths, so remove one or change its template",
        ]
    );
}

#[test]
fn path_parameters_that_only_one_side_knows_are_mistakes() {
    #[derive(serde::Deserialize, validator::Validate, schemars::JsonSchema)]
    struct Named {
        #[serde(rename = "itemId")]
        _item_id: String,
    }
    async fn named(_: Path<Named>) {}
    let routes = Routes::new()
        .at("/a/{b}", get(fixed))
        .at("/c", get(one))
        .at("/d/{e}", get(named))
        .at("/f/{itemId}", get(named))
        .at("/g/{h}/{i}", get(one));
    assert_eq!(
        mistakes(routes),
        [
            "`GET /a/{b}` has the path parameter `b`, which no extractor reads: take it with `Path`",
            "the handler of `GET /c` reads 1 path parameter(s) by position, the template has 0",
            "the handler of `GET /d/{e}` reads the path parameter `itemId`, which the template does not have",
            "`GET /d/{e}` has the path parameter `e`, which no extractor reads: take it with `Path`",
            "the handler of `GET /g/{h}/{i}` reads 1 path parameter(s) by position, the template has 2",
        ]
    );
}

#[test]
fn a_template_that_is_not_valid_is_a_mistake() {
    for template in ["items", "", "/a/{*rest}/b", "/{"] {
        let found = mistakes(Routes::new().at(template, get(fixed_response)));
        let named = found.iter().any(|mistake| mistake.contains("is invalid"));
        assert!(named, "{template:?}: {found:?}");
    }
}

async fn fixed_response(_: Result<Path<String>, fnurl::Problem>) -> Response {
    Response::default()
}

#[tokio::test]
async fn equivalent_escapes_are_one_path_and_an_escaped_slash_is_another() {
    async fn me() -> &'static str {
        "me"
    }
    let api = Api::builder(())
        .at("/users/me", get(me))
        .at("/users/{name}", get(one).delete(one))
        .at("/café", get(fixed))
        .at("/with space", get(fixed))
        .at("/~me", get(fixed))
        .at("/img-{id}.png", get(one));
    let api = TestApi::new(api.build().unwrap());
    for (path, text) in [
        ("/users/me", "me"),
        ("/users/%6de", "me"),
        ("/%75sers/%6D%65", "me"),
        ("/users/a%2fb", "one a/b"),
        ("/caf%C3%A9", "fixed"),
        ("/caf%c3%a9", "fixed"),
        ("/with%20space", "fixed"),
        ("/%7Eme", "fixed"),
        ("/%7eme", "fixed"),
        ("/img-7.png", "one 7"),
        ("/img-a%2Eb.png", "one a.b"),
    ] {
        api.get(path).await.assert_text(200, text);
    }
    // An escape does not bypass the methods of the static route.
    for path in ["/users/me", "/users/%6de"] {
        let response = api.delete(path).await;
        let _ = response.problem(405);
        assert_eq!(response.header("allow"), Some("GET, HEAD, OPTIONS"));
    }
    let _ = api.get("/users%2Fme").await.problem(404);
}

#[tokio::test]
async fn layers_and_handlers_see_the_one_form_of_a_path() {
    async fn uri(uri: http::Uri) -> String {
        uri.to_string()
    }
    let axum = axum::Router::new().fallback(|uri: http::Uri| async move { uri.to_string() });
    let api = Api::builder(())
        .at("/a/b", get(uri))
        .routes([Routes::new().mount("/old~", axum)]);
    let api = TestApi::new(api.build().unwrap());
    api.get("/%61/b?x=%61").await.assert_text(200, "/a/b?x=%61");
    api.get("/old%7e/x%2fy").await.assert_text(200, "/x%2Fy");
}

#[test]
fn templates_that_never_match_or_are_the_same_path_are_mistakes() {
    let mistakes = |api: fnurl::ApiBuilder<()>| {
        let mistakes = api.build().unwrap_err();
        mistakes
            .errors()
            .iter()
            .map(RouteError::to_string)
            .collect::<Vec<_>>()
    };
    let inner = || Routes::new().at("/x", get(fixed));
    for (api, says) in [
        (Api::builder(()).at("/x?y=1", get(fixed)), "query"),
        (Api::builder(()).at("/x#y", get(fixed)), "fragment"),
        (Api::builder(()).at("/{a}/{a}", get(two)), "`a` twice"),
        (
            Api::builder(()).nest("/n/", inner()),
            "must not end with `/`",
        ),
        (Api::builder(()).nest("n", inner()), "must begin with `/`"),
        (
            Api::builder(())
                .at("/~me", get(fixed))
                .at("/%7Eme", post(fixed)),
            "conflicts with `GET /~me`",
        ),
    ] {
        let mistakes = mistakes(api);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert!(mistakes[0].contains(says), "{mistakes:?}");
    }
}

#[tokio::test]
async fn query_is_a_method_with_a_body_and_conditional_responses() {
    use fnurl::{Json, Unvalidated, WithETag, query};
    async fn search(Json(words): Json<Unvalidated<Vec<String>>>) -> WithETag<String> {
        WithETag::new(1, words.0.join(" and "))
    }
    let api = Api::builder(()).at("/items", query(search).post(fixed));
    let api = TestApi::new(api.build().unwrap());
    let method = || Method::from_bytes(b"QUERY").unwrap();
    let sent = serde_json::json!(["a", "b"]);
    let request = || api.request(method(), "/items").json(&sent);
    request().await.assert_text(200, "a and b");
    request().if_none_match("\"1\"").await.assert_status(304);
    let wrong = api
        .request(method(), "/items")
        .text("text/plain", "a")
        .await;
    let _ = wrong.problem(415);
    assert_eq!(wrong.header("accept-query"), Some("application/json"));
    let options = api.request(Method::OPTIONS, "/items").await;
    assert_eq!(options.header("allow"), Some("QUERY, POST, OPTIONS"));
    assert_eq!(options.header("accept-query"), Some("application/json"));
}

#[tokio::test]
async fn a_layer_sees_the_route_of_a_path_whose_slash_was_ignored() {
    use fnurl::layers::from_fn;
    async fn name(
        request: fnurl::Request,
        next: fnurl::layers::Next,
    ) -> Result<Response, fnurl::Problem> {
        let route = request.extensions().get::<fnurl::MatchedRoute>();
        let template = route.map_or("none", |it| it.template()).to_owned();
        let mut response = next.run(request).await;
        let template = template.parse().unwrap();
        response.headers_mut().insert("x-route", template);
        Ok(response)
    }
    let api = Api::builder(())
        .at("/items", get(fixed))
        .layer(from_fn(name));
    let api = TestApi::new(api.trailing_slash(TrailingSlash::Ignore).build().unwrap());
    for (path, route) in [
        ("/items", "/items"),
        ("/items/", "/items"),
        ("/items//", "none"),
    ] {
        let response = api.get(path).await;
        assert_eq!(response.header("x-route"), Some(route), "{path}");
    }
}
