//! Users: their routes, their handlers, and what can go wrong.

use fnurl::contract::Operation;
use fnurl::problem::INVALID_REQUEST;
use fnurl::{
    CacheControl, Caller, Created, Idempotency, IntoProblem, Json, Patch, Path, Preconditions,
    Prefer, Problem, ProblemType, Produces, Query, Replayable, Respond, Response, Routes, WithETag,
    WithLinks, WithPreferenceApplied, get,
};
use models::store::Swept;
use models::{Item, ItemFilter, Limit, NewUser, Store, StoreError, User, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::creation::{Create, Creation};
use crate::pages;
use crate::store_problems::{
    self, BUSY, EMAIL_TAKEN, HAS_ITEMS, INVALID_CURSOR, NO_SUCH_USER, STORE_FAILED, UNAVAILABLE,
    expected,
};
use crate::timed_store::TimedStore;

pub(crate) fn routes() -> Routes<Store> {
    Routes::new()
        .at("/users", get(list).post(create))
        .at("/users/me", get(me))
        .at(
            "/users/{userId}",
            get(read).put(replace).patch(update).delete(remove),
        )
        .at("/users/{userId}/items", get(items))
        .layer(Produces(&["application/json"]))
}

/// How many to list at once, and where to begin.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Listing {
    /// How many a page has at most.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: the `nextCursor` of the page before.
    #[schemars(length(min = 1))]
    cursor: Option<String>,
}

/// One page of users, newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UserPage {
    /// The users; fewer than the limit on the last page.
    users: Vec<User>,
    /// Where the next page begins; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// One page of a user's items, newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UserItemPage {
    /// The items; fewer than the limit on the last page.
    items: Vec<Item>,
    /// Where the next page begins; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Who signed the request.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Me {
    /// The ARN of the user or of the role's session.
    arn: String,
    /// The id of the user, or of the role and its session.
    principal_id: String,
    /// The 12 digits of the account.
    account_id: String,
}

/// Lists users, newest first.
async fn list(
    TimedStore(store): TimedStore,
    Query(wanted): Query<Listing>,
) -> Result<WithLinks<Json<UserPage>>, UserError> {
    let cursor = pages::cursor(wanted.cursor.as_deref()).map_err(StoreError::InvalidCursor)?;
    let page = store.list_users(wanted.limit, cursor.as_ref()).await?;
    Ok(pages::linked(
        "/users",
        wanted.limit,
        None,
        page,
        |users, next_cursor| UserPage { users, next_cursor },
    ))
}

/// Creates a user whose e-mail address nobody else has.
async fn create(
    TimedStore(store): TimedStore,
    idempotency: Idempotency,
    prefer: Prefer,
    Json(new): Json<NewUser>,
) -> Result<Replayable<WithPreferenceApplied<Created<WithETag<Json<User>>>>>, UserError> {
    let user = User::new(new);
    let response = Created::at(format!("/users/{}", user.id), tagged(user.clone()));
    let creation = Create(store, Creation::User(user));
    idempotency.run(prefer.apply(response), creation).await
}

/// Says who signed the request.
async fn me(caller: Caller) -> CacheControl<Json<Me>> {
    let me = Me {
        arn: caller.user_arn,
        principal_id: caller.user_id,
        account_id: caller.account_id,
    };
    CacheControl::new("no-store", Json(me))
}

/// Reads one user.
async fn read(
    TimedStore(store): TimedStore,
    Path(id): Path<UserId>,
) -> Result<CacheControl<WithETag<Json<User>>>, UserError> {
    let user = store.read_user(id).await?;
    Ok(CacheControl::new("private, no-cache", tagged(user)))
}

/// Replaces a user as a whole.
async fn replace(
    TimedStore(store): TimedStore,
    Path(id): Path<UserId>,
    preconditions: Preconditions,
    prefer: Prefer,
    Json(new): Json<NewUser>,
) -> Result<WithPreferenceApplied<WithETag<Json<User>>>, UserError> {
    let user = store
        .replace_user(id, new, &expected(&preconditions))
        .await?;
    Ok(prefer.apply(tagged(user)))
}

/// Changes some members of a user.
async fn update(
    TimedStore(store): TimedStore,
    Path(id): Path<UserId>,
    preconditions: Preconditions,
    prefer: Prefer,
    patch: Patch<NewUser>,
) -> Result<WithPreferenceApplied<WithETag<Json<User>>>, UserError> {
    let changed = |current| patch.apply(&current).map_err(UserError);
    let user = store
        .patch_user(id, &expected(&preconditions), changed)
        .await?;
    Ok(prefer.apply(tagged(user)))
}

/// What becomes of a user's items.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Deletion {
    /// Delete the user's items, too: 100 in one call, and the user after the last.
    #[serde(default)]
    with_items: bool,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Begun {
    /// How many items are gone; the same request goes on with the others.
    deleted_items: usize,
}

/// A deletion that is done, or that needs another call.
enum Deleted {
    Whole,
    Begun(Begun),
}

impl Respond for Deleted {
    fn respond(self) -> Result<Response, Problem> {
        match self {
            Self::Whole => fnurl::NoContent.respond(),
            Self::Begun(begun) => {
                let mut response = Json(begun).respond()?;
                *response.status_mut() = http::StatusCode::ACCEPTED;
                Ok(response)
            }
        }
    }

    fn describe(operation: &mut Operation) {
        fnurl::NoContent::describe(operation);
        operation.with_status(202, <Json<Begun> as Respond>::describe);
    }
}

/// Deletes a user to whom no items belong, or a user along with the items.
async fn remove(
    TimedStore(store): TimedStore,
    Path(id): Path<UserId>,
    Query(deletion): Query<Deletion>,
    preconditions: Preconditions,
) -> Result<Deleted, UserError> {
    let expected = expected(&preconditions);
    if !deletion.with_items {
        store.delete_user(id, &expected).await?;
        return Ok(Deleted::Whole);
    }
    Ok(match store.delete_user_with_items(id, &expected).await? {
        Swept::All => Deleted::Whole,
        Swept::Some(deleted_items) => Deleted::Begun(Begun { deleted_items }),
    })
}

/// Lists the items of a user, newest first.
async fn items(
    TimedStore(store): TimedStore,
    Path(id): Path<UserId>,
    Query(wanted): Query<Listing>,
) -> Result<WithLinks<Json<UserItemPage>>, UserError> {
    let cursor = pages::cursor(wanted.cursor.as_deref()).map_err(StoreError::InvalidCursor)?;
    let filter = ItemFilter { owner: Some(id) };
    let page = store
        .list_items(filter, wanted.limit, cursor.as_ref())
        .await?;
    if page.rows.is_empty() && cursor.is_none() {
        // Nobody's list is empty: a list without items can be that of a user or of no one.
        store.read_user(id).await?;
    }
    let path = format!("/users/{id}/items");
    Ok(pages::linked(
        &path,
        wanted.limit,
        None,
        page,
        |items, next_cursor| UserItemPage { items, next_cursor },
    ))
}

fn tagged(user: User) -> WithETag<Json<User>> {
    let modified = user.updated_at.into();
    WithETag::new(user.version, Json(user)).modified(modified)
}

/// What can go wrong with users.
#[derive(Debug)]
struct UserError(Problem);

impl From<StoreError> for UserError {
    fn from(error: StoreError) -> Self {
        Self(store_problems::of_store(error))
    }
}

impl From<Problem> for UserError {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoProblem for UserError {
    const TYPES: &'static [ProblemType] = &[
        NO_SUCH_USER,
        EMAIL_TAKEN,
        HAS_ITEMS,
        INVALID_REQUEST,
        INVALID_CURSOR,
        BUSY,
        UNAVAILABLE,
        STORE_FAILED,
    ];

    fn into_problem(self) -> Problem {
        self.0
    }
}
