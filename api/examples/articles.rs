//! An API with its own conventions: wrapped bodies, bearer tokens and its own error format. It
//! keeps everything in memory; the page at `/docs` shows its contract.
//!
//! Run it: `make example NAME=articles`, then
//! `curl http://127.0.0.1:9000/api/users -H 'content-type: application/json' -d '{"user":{"username":"ada","email":"ada@example.com","password":"12345678"}}'`.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use fnurl::contract::{Operation, SecurityScheme};
use fnurl::{
    Api, ApiBuilder, ErrorFormat, Extract, IntoProblem, Json, NoContent, Path, Problem,
    ProblemType, Query, Request, Routes, State, WithStatus, get, operation, post,
};
use http::HeaderValue;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// The stored users and articles.
#[derive(Clone, Default)]
pub(crate) struct App(Arc<Mutex<Stored>>);

#[derive(Default)]
struct Stored {
    users: Vec<User>,
    articles: BTreeMap<String, Article>,
}

impl App {
    fn stored(&self) -> std::sync::MutexGuard<'_, Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body with one member: `{"user": …}`.
#[derive(Deserialize, Serialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserBody<T: Validate> {
    #[validate(nested)]
    user: T,
}

#[derive(Deserialize, Serialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ArticleBody<T: Validate> {
    #[validate(nested)]
    article: T,
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    #[validate(length(min = 1, max = 40))]
    username: String,
    #[validate(length(min = 3, max = 80))]
    email: String,
    #[validate(length(min = 8, max = 80))]
    password: String,
}

#[derive(Clone, Serialize, Deserialize, Validate, JsonSchema)]
struct User {
    username: String,
    email: String,
    token: String,
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewArticle {
    #[validate(length(min = 1, max = 80))]
    title: String,
    #[validate(length(max = 4_000))]
    body: String,
    #[serde(default)]
    #[validate(length(max = 10))]
    tag_list: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Article {
    slug: String,
    title: String,
    body: String,
    tag_list: Vec<String>,
    author: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Articles {
    articles: Vec<Article>,
    articles_count: usize,
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    tag: Option<String>,
    #[validate(range(min = 1, max = 100))]
    limit: Option<u32>,
}

/// `{"errors": {"body": ["…"]}}`
#[derive(Serialize, JsonSchema)]
struct Errors {
    errors: BTreeMap<String, Vec<String>>,
}

impl From<&Problem> for Errors {
    fn from(problem: &Problem) -> Self {
        let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for violation in problem.violations() {
            let field = violation
                .place
                .name()
                .rsplit('/')
                .next()
                .unwrap_or_default();
            errors
                .entry(field.to_owned())
                .or_default()
                .push(violation.message.to_string());
        }
        if errors.is_empty() {
            errors.insert("body".to_owned(), vec![problem.to_string()]);
        }
        Self { errors }
    }
}

const UNAUTHORIZED: ProblemType = ProblemType::new(401, "unauthorized", "Sign in first");
const TAKEN: ProblemType = ProblemType::new(409, "taken", "The name is already taken");
const NO_SUCH_ARTICLE: ProblemType =
    ProblemType::new(404, "no-such-article", "The article does not exist");

enum ArticleError {
    Taken,
    Missing,
}

impl IntoProblem for ArticleError {
    const TYPES: &'static [ProblemType] = &[TAKEN, NO_SUCH_ARTICLE];

    fn into_problem(self) -> Problem {
        match self {
            Self::Taken => TAKEN.problem(),
            Self::Missing => NO_SUCH_ARTICLE.problem(),
        }
    }
}

/// The user who sent the token.
struct Author(String);

impl Extract<App> for Author {
    async fn extract(request: &mut Request, app: &App) -> Result<Self, Problem> {
        let header = request.headers().get(AUTHORIZATION);
        let token = header.and_then(|it| it.to_str().ok()?.strip_prefix("Bearer "));
        let stored = app.stored();
        let user = stored
            .users
            .iter()
            .find(|user| Some(user.token.as_str()) == token);
        user.map(|user| Self(user.username.clone())).ok_or_else(|| {
            UNAUTHORIZED
                .problem()
                .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        })
    }

    fn describe(operation: &mut Operation) {
        operation
            .secured_by(SecurityScheme::bearer("token", "opaque"))
            .refuses(UNAUTHORIZED)
            .problem_header::<String>(401, "www-authenticate");
    }
}

/// Registers a user.
#[operation(tag = "users")]
async fn register(
    State(app): State<App>,
    Json(new): Json<UserBody<NewUser>>,
) -> Result<WithStatus<201, Json<UserBody<User>>>, ArticleError> {
    let mut stored = app.stored();
    let new = new.user;
    if stored
        .users
        .iter()
        .any(|user| user.username == new.username)
    {
        return Err(ArticleError::Taken);
    }
    let user = User {
        token: format!("{}-{}", new.username, new.password.len()),
        username: new.username,
        email: new.email,
    };
    stored.users.push(user.clone());
    Ok(WithStatus(Json(UserBody { user })))
}

/// Lists articles.
///
/// Sorted by title.
#[operation(tag = "articles")]
async fn list(State(app): State<App>, Query(filter): Query<Filter>) -> Json<Articles> {
    let stored = app.stored();
    let has_tag = |article: &&Article| {
        let wanted = filter.tag.as_ref();
        wanted.is_none_or(|tag| article.tag_list.contains(tag))
    };
    let limit = usize::try_from(filter.limit.unwrap_or(20)).unwrap_or(20);
    let articles: Vec<Article> = stored
        .articles
        .values()
        .filter(has_tag)
        .take(limit)
        .cloned()
        .collect();
    let articles_count = articles.len();
    Json(Articles {
        articles,
        articles_count,
    })
}

/// Publishes an article.
#[operation(tag = "articles", state = App)]
async fn publish(
    State(app): State<App>,
    Author(author): Author,
    Json(new): Json<ArticleBody<NewArticle>>,
) -> Result<WithStatus<201, Json<ArticleBody<Article>>>, ArticleError> {
    let new = new.article;
    let slug: String = new
        .title
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let article = Article {
        slug: slug.clone(),
        title: new.title,
        body: new.body,
        tag_list: new.tag_list,
        author,
    };
    let mut stored = app.stored();
    if stored.articles.contains_key(&slug) {
        return Err(ArticleError::Taken);
    }
    stored.articles.insert(slug, article.clone());
    Ok(WithStatus(Json(ArticleBody { article })))
}

/// Reads an article.
#[operation(tag = "articles")]
async fn read(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Json<ArticleBody<Article>>, ArticleError> {
    let article = app.stored().articles.get(&slug).cloned();
    let article = article.ok_or(ArticleError::Missing)?;
    Ok(Json(ArticleBody { article }))
}

/// Deletes an article.
#[operation(tag = "articles", state = App)]
async fn delete(
    State(app): State<App>,
    _: Author,
    Path(slug): Path<String>,
) -> Result<NoContent, ArticleError> {
    match app.stored().articles.remove(&slug) {
        Some(_) => Ok(NoContent),
        None => Err(ArticleError::Missing),
    }
}

pub(crate) fn api(app: App) -> ApiBuilder<App> {
    let articles = Routes::new()
        .at("/articles", get(list).post(publish))
        .at("/articles/{slug}", get(read).delete(delete));
    Api::builder(app)
        .nest("/api", articles.at("/users", post(register)))
        .error_format(ErrorFormat::json::<Errors>())
        .docs("/docs")
}

#[cfg_attr(test, expect(dead_code, reason = "the tests have their own `main`"))]
fn main() -> ExitCode {
    fnurl::run(async { api(App::default()).build() })
}
