//! Items: their routes, their handlers, and what can go wrong.

use fnurl::problem::{BODY_TOO_LARGE, INVALID_REQUEST};
use fnurl::{
    Created, IntoProblem, Json, NoContent, Path, Place, Problem, ProblemType, Query, Routes,
    Tagged, Violation, get,
};
use http::HeaderValue;
use http::header::RETRY_AFTER;
use models::{
    Cursor, CursorError, Expected, Item, ItemFilter, ItemId, Limit, NewItem, Store, StoreError,
    UserId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::timed_store::TimedStore;

pub(crate) fn routes() -> Routes<Store> {
    Routes::new()
        .at("/items", get(list).post(create))
        .at("/items/{itemId}", get(read).put(replace).delete(remove))
}

/// Which items to list, and how many at once.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListItems {
    /// How many items a page has at most.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: the `nextCursor` of the page before, with the same filter.
    cursor: Option<String>,
    /// Only items of this user.
    owner_id: Option<UserId>,
}

/// One page of items, newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ItemPage {
    /// The items; fewer than the limit on the last page.
    items: Vec<Item>,
    /// Where the next page begins; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Lists items, newest first.
async fn list(
    TimedStore(store): TimedStore,
    Query(wanted): Query<ListItems>,
) -> Result<Json<ItemPage>, ItemError> {
    let cursor = wanted.cursor.as_deref().map(str::parse::<Cursor>);
    let cursor = cursor.transpose().map_err(ItemError::InvalidCursor)?;
    let filter = ItemFilter {
        owner: wanted.owner_id,
    };
    let page = store
        .list_items(filter, wanted.limit, cursor.as_ref())
        .await?;
    Ok(Json(ItemPage {
        items: page.rows,
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    }))
}

/// Creates an item.
async fn create(
    TimedStore(store): TimedStore,
    Json(new): Json<NewItem>,
) -> Result<Created<Tagged<Json<Item>>>, ItemError> {
    let item = Item::new(new);
    store.create_item(&item, None).await?;
    Ok(Created::at(format!("/items/{}", item.id), tagged(item)))
}

/// Reads one item.
async fn read(
    TimedStore(store): TimedStore,
    Path(id): Path<ItemId>,
) -> Result<Tagged<Json<Item>>, ItemError> {
    Ok(tagged(store.read_item(id).await?))
}

/// Replaces an item as a whole; what the body leaves out is gone.
async fn replace(
    TimedStore(store): TimedStore,
    Path(id): Path<ItemId>,
    Json(new): Json<NewItem>,
) -> Result<Tagged<Json<Item>>, ItemError> {
    Ok(tagged(store.replace_item(id, new, &Expected::Any).await?))
}

/// Deletes an item.
async fn remove(
    TimedStore(store): TimedStore,
    Path(id): Path<ItemId>,
) -> Result<NoContent, ItemError> {
    store.delete_item(id, &Expected::Any).await?;
    Ok(NoContent)
}

fn tagged(item: Item) -> Tagged<Json<Item>> {
    Tagged::new(item.version, Json(item))
}

const NO_SUCH_ITEM: ProblemType = ProblemType::new(404, "no-such-item", "There is no such item");
const INVALID_CURSOR: ProblemType =
    ProblemType::new(400, "invalid-cursor", "The cursor cannot be used");
const BUSY: ProblemType = ProblemType::new(503, "busy", "The service is busy");
const UNAVAILABLE: ProblemType =
    ProblemType::new(503, "unavailable", "The service is not available");
const STORE_FAILED: ProblemType = ProblemType::new(500, "store-failed", "The store failed");

/// Seconds after which trying again is worth it.
const SOON: HeaderValue = HeaderValue::from_static("1");

/// What can go wrong with items.
#[derive(Debug, thiserror::Error)]
enum ItemError {
    #[error("there is no item {0}")]
    Missing(ItemId),
    #[error("there is no user {0}")]
    NoSuchOwner(UserId),
    #[error("the cursor {0}")]
    InvalidCursor(CursorError),
    #[error("{0}")]
    TooLarge(StoreError),
    #[error("the database is busy: try again after a second")]
    Busy(#[source] StoreError),
    #[error("the database is not available: try again after a second")]
    Unavailable(#[source] StoreError),
    #[error(
        "the database did not answer in time, so the change may have been made or not: read before trying again"
    )]
    OutcomeUnknown(#[source] StoreError),
    #[error("the store failed")]
    Failed(#[source] StoreError),
}

impl From<StoreError> for ItemError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing(id) => Self::Missing(id),
            StoreError::NoSuchOwner(owner) => Self::NoSuchOwner(owner),
            // No handler says what it expects, nor speaks of users, so none can happen yet.
            StoreError::Changed { .. }
            | StoreError::TooManyVersions
            | StoreError::NoSuchUser(_)
            | StoreError::EmailTaken
            | StoreError::HasItems => Self::Failed(error),
            StoreError::InvalidCursor(error) => Self::InvalidCursor(error),
            StoreError::TooLarge => Self::TooLarge(error),
            StoreError::Throttled {
                outcome_unknown: true,
                ..
            }
            | StoreError::Unavailable {
                outcome_unknown: true,
                ..
            } => Self::OutcomeUnknown(error),
            StoreError::Throttled { .. } => Self::Busy(error),
            StoreError::Unavailable { .. } => Self::Unavailable(error),
            StoreError::Refused { .. } | StoreError::Corrupt(_) => Self::Failed(error),
        }
    }
}

impl IntoProblem for ItemError {
    const TYPES: &'static [ProblemType] = &[
        NO_SUCH_ITEM,
        INVALID_REQUEST,
        INVALID_CURSOR,
        BODY_TOO_LARGE,
        BUSY,
        UNAVAILABLE,
        STORE_FAILED,
    ];

    fn into_problem(self) -> Problem {
        match self {
            Self::Missing(_) => NO_SUCH_ITEM.because(&self),
            Self::NoSuchOwner(_) => {
                let place = Place::Pointer("/ownerId".to_owned());
                Problem::invalid(vec![Violation::new(place, "exists", self.to_string())])
            }
            Self::InvalidCursor(_) => INVALID_CURSOR.because(&self),
            Self::TooLarge(_) => BODY_TOO_LARGE.because(&self),
            Self::Busy(_) => BUSY
                .because(&self)
                .header(RETRY_AFTER, SOON)
                .caused_by(self),
            Self::Unavailable(_) | Self::OutcomeUnknown(_) => UNAVAILABLE
                .because(&self)
                .header(RETRY_AFTER, SOON)
                .caused_by(self),
            Self::Failed(_) => STORE_FAILED.hiding(self),
        }
    }
}
