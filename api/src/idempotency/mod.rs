//! Repeated requests with only one effect: `Idempotency-Key`
//! (draft-ietf-httpapi-idempotency-key-header).

mod key;
mod record;
mod replay;

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

pub use record::{IdempotencyRecord, IdempotentWrite, WriteOutcome};
pub use replay::Replayable;

use crate::contract::Operation;
use crate::extract::Extract;
use crate::message::{Context, Invocation, Request};
use crate::problem::{IDEMPOTENCY_KEY_REUSED, MALFORMED_HEADER, Problem};
use crate::respond::Respond;
use crate::router::MatchedRoute;
use key::{KEY, KeySchema};
use record::{Identity, digest};
use replay::replay;

/// Gives a repeated request only one effect, and the same response each time.
///
/// The handler makes its response first. Then a type that implements [`IdempotentWrite`] writes the
/// effect and the record in one step. So both exist or neither, even if the process is killed:
///
/// - a request with a new key has its effect, and gets its response;
/// - for a day, the same request with the same key has no effect and gets the same status,
///   headers and body, with `Idempotency-Replayed: true`;
/// - another request with that key is refused with 422: the key is bound to path and payload;
/// - a request that was refused leaves no record, and can be sent again with its key;
/// - keys belong to their caller (the IAM identity) and to their route.
///
/// Without the header, a request has its effect each time.
///
/// ```
/// use fnurl::{Created, Idempotency, Json, WriteOutcome, IdempotencyRecord, Problem, Replayable, IdempotentWrite};
///
/// /// Adds a note to the book, unless the record exists.
/// struct AddNote(String);
///
/// impl IdempotentWrite for AddNote {
///     type Error = Problem;
///
///     async fn write(self, record: Option<IdempotencyRecord>) -> Result<WriteOutcome, Problem> {
///         // One transaction: the note and the record, if the record does not exist yet.
///         Ok(WriteOutcome::Written)
///     }
/// }
///
/// async fn create(idempotency: Idempotency, text: String) -> Result<Replayable<Created<String>>, Problem> {
///     let response = Created::at("/notes/1", text.clone());
///     idempotency.run(response, AddNote(text)).await
/// }
/// ```
///
/// # Problems
/// 400 when the key is malformed or longer than 255 characters.
///
/// Source: draft-ietf-httpapi-idempotency-key-header; the key is a string of RFC 9651 §3.3.3, and
/// is also read without quotes, as many clients send it.
#[derive(Debug)]
pub struct Idempotency(Option<Identity>);

/// The callers that share an idempotency key: a request repeats an earlier one only if both come
/// from the same caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdempotencyScope {
    /// All sessions of one role, or one user. A client that assumes its role again under another
    /// session name can still repeat its request.
    #[default]
    Role,
    /// One session of a role, for sessions that stand for different people.
    Session,
}

impl Idempotency {
    /// Writes `effect`, unless it was written before, and returns the response.
    ///
    /// 1. `response` is made first. If it is a problem, nothing is written and the key stays free.
    /// 2. Without a key, `effect` is written without a record.
    /// 3. With a key, effect and record are written in one step. If there was a record, its
    ///    response is sent instead: the client cannot tell the repetition from the first request,
    ///    but for `Idempotency-Replayed`.
    ///
    /// # Problems
    /// The response is 422 when the record belongs to another request, and 500 when `response` is a
    /// stream, which cannot be kept.
    ///
    /// # Errors
    /// The error of `effect`; nothing was written.
    pub async fn run<R, W, E>(self, response: R, effect: W) -> Result<Replayable<R>, E>
    where
        R: Respond,
        W: IdempotentWrite,
        E: From<W::Error>,
    {
        // If the response cannot be made, nothing is written.
        let response = match response.respond() {
            Ok(response) => response,
            Err(problem) => return Ok(Replayable::of(Err(problem))),
        };
        let Some(identity) = self.0 else {
            effect.write(None).await?;
            return Ok(Replayable::of(Ok(response)));
        };
        let fingerprint = identity.fingerprint.clone();
        let record = match identity.record(&response) {
            Ok(record) => record,
            Err(problem) => return Ok(Replayable::of(Err(problem))),
        };
        Ok(Replayable::of(match effect.write(Some(record)).await? {
            WriteOutcome::Written => Ok(response),
            WriteOutcome::Earlier(record) if record.fingerprint == fingerprint => replay(record),
            WriteOutcome::Earlier(_) => Err(IDEMPOTENCY_KEY_REUSED.because(
                "a request with another body was sent under this idempotency key: use a new key",
            )),
        }))
    }
}

impl<S: Sync> Extract<S> for Idempotency {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let Some(key) = key::read(request.headers())? else {
            return Ok(Self(None));
        };
        let extensions = request.extensions();
        let caller = Invocation::of(request).and_then(Invocation::caller);
        let scope = Context::of(request).settings().idempotency_scope;
        let caller = match (caller, scope) {
            (None, _) => "",
            (Some(caller), IdempotencyScope::Role) => caller.principal_arn(),
            (Some(caller), IdempotencyScope::Session) => &caller.user_arn,
        };
        let route = extensions.get::<MatchedRoute>().map(MatchedRoute::template);
        let route = route.unwrap_or_default();
        let id = digest([
            caller.as_bytes(),
            request.method().as_str().as_bytes(),
            route.as_bytes(),
            key.as_bytes(),
        ]);
        let media_type = request
            .headers()
            .get(CONTENT_TYPE)
            .map(HeaderValue::as_bytes);
        let media_type = Bytes::copy_from_slice(media_type.unwrap_or_default());
        // The path is part of the fingerprint: one template has many paths.
        let target = request.uri().to_string();
        let body = request.body_mut().read().await?;
        let fingerprint = digest([target.as_bytes(), &media_type, &body]);
        Ok(Self(Some(Identity { id, fingerprint })))
    }

    fn describe(operation: &mut Operation) {
        operation
            .header::<KeySchema>(KEY.as_str(), false)
            .refuses(MALFORMED_HEADER)
            .refuses(IDEMPOTENCY_KEY_REUSED);
    }
}
