//! `Json`: a JSON body as a typed, validated value.

use super::content;
use crate::contract::Operation;
use crate::extract::optional::MaybeExtract;
use crate::extract::{Extract, Reads};
use crate::message::Request;
use crate::problem::{
    BODY_TOO_LARGE, INVALID_REQUEST, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE,
};
use crate::syntax::media_type::is_json;
use crate::validation::{Input, read_json};

/// A JSON body. As an argument, it is read and validated; as a response, it is serialized.
///
/// Accepts `application/json` and every `application/*+json`. To refuse unknown members, put
/// `#[serde(deny_unknown_fields)]` on the type.
///
/// ```
/// use fnurl::Json;
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use validator::Validate;
///
/// #[derive(Deserialize, Serialize, Validate, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Note {
///     #[validate(length(min = 1, max = 280))]
///     text: String,
/// }
///
/// async fn shout(Json(note): Json<Note>) -> Json<Note> {
///     Json(Note { text: note.text.to_uppercase() })
/// }
/// ```
///
/// # Accepted JSON
/// The JSON that the contract describes: objects for structs (never arrays), each member once, and
/// for an integer every whole number, however it is written (`3`, `3.0`, `3e0`).
///
/// Inside an enum or a flattened struct, serde reads copies of the values. A 128-bit integer cannot
/// be read there: the response is 500, and the log says why. A number that is too large for an `f32`
/// becomes infinite there.
///
/// # Problems
/// - 400 with line and column when the body is not JSON
/// - 413 when it is larger than the API accepts
/// - 415 for another media type, or a compressed body
/// - 422 with a JSON Pointer for every member that has the wrong type or breaks a rule. All
///   mistakes are listed, each once and by the name that was sent: the first 100, and the number
///   of the others. If a value with its own text format (such as a date) is not valid, some rules
///   about other members may not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<S: Sync, T: Input> Extract<S> for Json<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let bytes = content::read(request, "application/json", is_json).await?;
        read_json(&bytes).map(Self)
    }

    fn describe(operation: &mut Operation) {
        operation
            .body::<T>("application/json")
            .refuses(MALFORMED_BODY)
            .refuses(BODY_TOO_LARGE)
            .refuses(UNSUPPORTED_MEDIA_TYPE)
            .refuses(INVALID_REQUEST);
    }

    fn reads(reads: &mut Reads) {
        reads.body("application/json");
    }
}

/// A request without a body has no JSON to read.
impl<S: Sync, T: Input> MaybeExtract<S> for Json<T> {
    fn is_present(request: &Request) -> bool {
        request
            .body()
            .as_full()
            .is_none_or(|bytes| !bytes.is_empty())
    }
}
