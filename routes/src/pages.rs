//! Pages of a list: which one is asked for, and where the next one is.

use fnurl::{Json, WithLinks};
use models::{Cursor, CursorError, Limit, Page};
use schemars::JsonSchema;
use serde::Serialize;

/// A page as the store has it, with links to the next and the first one.
pub(crate) fn linked<T, R: Serialize + JsonSchema>(
    path: &str,
    limit: Limit,
    filter: Option<(&str, String)>,
    page: Page<T>,
    representation: impl FnOnce(Vec<T>, Option<String>) -> R,
) -> WithLinks<Json<R>> {
    let filter = filter
        .map(|(name, value)| format!("&{name}={value}"))
        .unwrap_or_default();
    let first = format!("{path}?limit={}{filter}", limit.rows());
    let next = page.next.map(|cursor| cursor.to_string());
    let link = next.as_ref().map(|next| format!("{first}&cursor={next}"));
    let linked = WithLinks::new(Json(representation(page.rows, next)));
    match link {
        Some(next) => linked.link("next", &next).link("first", &first),
        None => linked.link("first", &first),
    }
}

/// The cursor that was sent, if one was.
pub(crate) fn cursor(text: Option<&str>) -> Result<Option<Cursor>, CursorError> {
    text.map(str::parse).transpose()
}
