//! Items: their routes, their handlers, and what can go wrong.

use fnurl::problem::{BODY_TOO_LARGE, INVALID_REQUEST};
use fnurl::{
    CacheControl, Created, Idempotency, IntoProblem, Json, Ndjson, NoContent, Patch, Path,
    Preconditions, Prefer, Problem, ProblemType, Produces, Query, Replayable, Routes, WithETag,
    WithLinks, WithPreferenceApplied, get,
};
use futures_util::{Stream, StreamExt, stream};
use models::{Item, ItemFilter, ItemId, Limit, NewItem, Store, StoreError, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::creation::{Create, Creation};
use crate::pages;
use crate::store_problems::{
    self, BUSY, INVALID_CURSOR, NO_SUCH_ITEM, STORE_FAILED, UNAVAILABLE, expected,
};
use crate::timed_store::TimedStore;

pub(crate) fn routes() -> Routes<Store> {
    Routes::new()
        .at("/items", get(list).post(create))
        .at(
            "/items/{itemId}",
            get(read).put(replace).patch(update).delete(remove),
        )
        .layer(Produces(&["application/json"]))
}

/// Apart from the others: it answers with another media type.
pub(crate) fn export_routes() -> Routes<Store> {
    Routes::new()
        .at("/items/export", get(export))
        .layer(Produces(&["application/x-ndjson"]))
}

/// Which items to list, and how many at once.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListItems {
    /// How many items a page has at most.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: the `nextCursor` of the page before, with the same filter.
    #[schemars(length(min = 1))]
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
) -> Result<WithLinks<Json<ItemPage>>, ItemError> {
    let cursor = pages::cursor(wanted.cursor.as_deref()).map_err(StoreError::InvalidCursor)?;
    let owner = wanted.owner_id;
    let page = store
        .list_items(ItemFilter { owner }, wanted.limit, cursor.as_ref())
        .await?;
    let filter = owner.map(|owner| ("ownerId", owner.to_string()));
    Ok(pages::linked(
        "/items",
        wanted.limit,
        filter,
        page,
        |items, next_cursor| ItemPage { items, next_cursor },
    ))
}

/// Creates an item.
async fn create(
    TimedStore(store): TimedStore,
    idempotency: Idempotency,
    prefer: Prefer,
    Json(new): Json<NewItem>,
) -> Result<Replayable<WithPreferenceApplied<Created<WithETag<Json<Item>>>>>, ItemError> {
    let item = Item::new(new);
    let response = Created::at(format!("/items/{}", item.id), tagged(item.clone()));
    let creation = Create(store, Creation::Item(item));
    idempotency.run(prefer.apply(response), creation).await
}

/// Reads one item.
async fn read(
    TimedStore(store): TimedStore,
    Path(id): Path<ItemId>,
) -> Result<CacheControl<WithETag<Json<Item>>>, ItemError> {
    let item = store.read_item(id).await?;
    Ok(CacheControl::new("private, no-cache", tagged(item)))
}

/// Replaces an item as a whole; what the body leaves out is gone.
async fn replace(
    TimedStore(store): TimedStore,
    Path(id): Path<ItemId>,
    preconditions: Preconditions,
    prefer: Prefer,
    Json(new): Json<NewItem>,
) -> Result<WithPreferenceApplied<WithETag<Json<Item>>>, ItemError> {
    let item = store
        .replace_item(id, new, &expected(&preconditions))
        .await?;
    Ok(prefer.apply(tagged(item)))
}

/// Changes some members of an item.
async fn update(
    TimedStore(store): TimedStore,
    Path(id): Path<ItemId>,
    preconditions: Preconditions,
    prefer: Prefer,
    patch: Patch<NewItem>,
) -> Result<WithPreferenceApplied<WithETag<Json<Item>>>, ItemError> {
    let changed = |current| patch.apply(&current).map_err(ItemError);
    let item = store
        .patch_item(id, &expected(&preconditions), changed)
        .await?;
    Ok(prefer.apply(tagged(item)))
}

/// Deletes an item.
async fn remove(
    TimedStore(store): TimedStore,
    Path(id): Path<ItemId>,
    preconditions: Preconditions,
) -> Result<NoContent, ItemError> {
    store.delete_item(id, &expected(&preconditions)).await?;
    Ok(NoContent)
}

/// One line of the export: an item, or, as the last one, how many there were.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Exported {
    Item(Box<Item>),
    /// Without this line the export is incomplete.
    End {
        end: bool,
        count: usize,
    },
}

/// Every item, newest first, as one line of JSON each; the last line says how many there were.
async fn export(TimedStore(store): TimedStore) -> Ndjson<Exported> {
    Ndjson::new(with_end(store.export_items()))
}

fn with_end(
    items: impl Stream<Item = Result<Item, StoreError>> + Send + 'static,
) -> impl Stream<Item = Result<Exported, StoreError>> + Send {
    let begun = Some((Box::pin(items), 0));
    stream::unfold(begun, async |state| {
        let (mut items, count) = state?;
        match items.next().await {
            Some(Ok(item)) => Some((Ok(Exported::Item(Box::new(item))), Some((items, count + 1)))),
            Some(Err(error)) => Some((Err(error), None)),
            None => Some((Ok(Exported::End { end: true, count }), None)),
        }
    })
}

fn tagged(item: Item) -> WithETag<Json<Item>> {
    let modified = item.updated_at.into();
    WithETag::new(item.version, Json(item)).modified(modified)
}

/// What can go wrong with items.
#[derive(Debug)]
struct ItemError(Problem);

impl From<StoreError> for ItemError {
    fn from(error: StoreError) -> Self {
        Self(store_problems::of_store(error))
    }
}

impl From<Problem> for ItemError {
    fn from(problem: Problem) -> Self {
        Self(problem)
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
        self.0
    }
}
