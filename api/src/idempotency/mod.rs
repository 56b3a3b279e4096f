//! Repeated requests with only one effect: `Idempotency-Key`
//! (draft-ietf-httpapi-idempotency-key-header).

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use sha2::{Digest, Sha256};

use crate::contract::Operation;
use crate::extract::Extract;
use crate::message::{Body, Context, Invocation, Request, Response};
use crate::problem::{IDEMPOTENCY_KEY_REUSED, INTERNAL_ERROR, MALFORMED_HEADER, Problem};
use crate::respond::Respond;
use crate::router::MatchedRoute;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Maximum length of a key, in characters.
const LONGEST_KEY: usize = 255;

/// The time for which a request is remembered: one day.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// Gives a repeated request only one effect, and the same response each time.
///
/// The handler makes its response first. Then a type that implements [`WriteOnce`] writes the
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
/// use fnurl::{Created, Idempotency, Json, Once, OnceRecord, Problem, Replayable, WriteOnce};
///
/// /// Adds a note to the book, unless the record exists.
/// struct AddNote(String);
///
/// impl WriteOnce for AddNote {
///     type Error = Problem;
///
///     async fn write_once(self, record: Option<OnceRecord>) -> Result<Once, Problem> {
///         // One transaction: the note and the record, if the record does not exist yet.
///         Ok(Once::Written)
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

/// The identity of a request, as two digests.
///
/// The id is what the client names: caller, method, route template and key. The fingerprint is what
/// it sends: path, query, media type and body. Two requests with the same id and another
/// fingerprint are a mistake of the client. Digests keep secrets in a body out of the store, and
/// have a fixed length.
#[derive(Debug)]
struct Identity {
    id: String,
    fingerprint: String,
}

/// The stored form of a request that had its effect, with its response.
///
/// Keep all of it under `id` until `expires_at`, such as in one row with a time to live. A body of
/// some hundred kilobytes may not fit into a row: DynamoDB takes 400 KB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceRecord {
    /// A digest of caller, route and key, as 64 hexadecimal digits.
    pub id: String,
    /// A digest of the request's path, query and payload, as 64 hexadecimal digits.
    pub fingerprint: String,
    /// The status of the response.
    pub status: u16,
    /// The headers of the response, in order.
    pub headers: Vec<(String, String)>,
    /// The body of the response.
    pub body: Vec<u8>,
    /// The time at which the record expires.
    pub expires_at: SystemTime,
}

/// The outcome of a write.
///
/// Return [`Earlier`](Self::Earlier) also for a record of another request with the same key: the
/// framework compares the fingerprints, and refuses it with 422.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// The effect and the record were written now.
    Written,
    /// Nothing was written, because this record exists already.
    Earlier(OnceRecord),
}

/// A write that stores its effect and a record in one step.
///
/// In DynamoDB, one `TransactWriteItems` has both, with the condition that there is no record of
/// this id. In memory, a lock does it:
///
/// ```
/// use std::sync::{Arc, Mutex, PoisonError};
/// use std::time::SystemTime;
///
/// use fnurl::{Once, OnceRecord, Problem, WriteOnce};
///
/// #[derive(Default)]
/// struct Book { notes: Vec<String>, records: Vec<OnceRecord> }
///
/// struct AddNote(Arc<Mutex<Book>>, String);
///
/// impl WriteOnce for AddNote {
///     type Error = Problem;
///
///     async fn write_once(self, record: Option<OnceRecord>) -> Result<Once, Problem> {
///         let Self(book, note) = self;
///         let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
///         if let Some(record) = record {
///             let is_same = |it: &&OnceRecord| it.id == record.id;
///             let is_valid = |it: &&OnceRecord| it.expires_at > SystemTime::now();
///             if let Some(earlier) = book.records.iter().filter(is_valid).find(is_same) {
///                 return Ok(Once::Earlier(earlier.clone()));
///             }
///             book.records.push(record);
///         }
///         book.notes.push(note);
///         Ok(Once::Written)
///     }
/// }
/// ```
///
/// Do not read the record first and write later: two requests that come at once would both find
/// none.
pub trait WriteOnce: Send {
    /// The error of a write that wrote nothing.
    type Error;

    /// Writes the effect, and the record if it is `Some`. Writes nothing if a record with the same
    /// id exists and has not expired.
    fn write_once(
        self,
        record: Option<OnceRecord>,
    ) -> impl Future<Output = Result<Once, Self::Error>> + Send;
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
        W: WriteOnce,
        E: From<W::Error>,
    {
        // If the response cannot be made, nothing is written.
        let response = match response.respond() {
            Ok(response) => response,
            Err(problem) => return Ok(Replayable::of(Err(problem))),
        };
        let Some(identity) = self.0 else {
            effect.write_once(None).await?;
            return Ok(Replayable::of(Ok(response)));
        };
        let fingerprint = identity.fingerprint.clone();
        let record = match identity.record(&response) {
            Ok(record) => record,
            Err(problem) => return Ok(Replayable::of(Err(problem))),
        };
        Ok(Replayable::of(match effect.write_once(Some(record)).await? {
            Once::Written => Ok(response),
            Once::Earlier(record) if record.fingerprint == fingerprint => replay(record),
            Once::Earlier(_) => Err(IDEMPOTENCY_KEY_REUSED.because(
                "a request with another body was sent under this idempotency key: use a new key",
            )),
        }))
    }
}

impl Identity {
    fn record(self, response: &Response) -> Result<OnceRecord, Problem> {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        };
        let body = response.body().as_full();
        let body = body.ok_or_else(|| INTERNAL_ERROR.hiding("a stream cannot be replayed"))?;
        Ok(OnceRecord {
            id: self.id,
            fingerprint: self.fingerprint,
            status: response.status().as_u16(),
            headers: response.headers().iter().map(header).collect(),
            body: body.to_vec(),
            expires_at: SystemTime::now() + REMEMBERED,
        })
    }
}

fn replay(record: OnceRecord) -> Result<Response, Problem> {
    let mut response = Response::new(Body::from(record.body));
    let hiding = |err: http::Error| INTERNAL_ERROR.hiding(err);
    *response.status_mut() =
        StatusCode::from_u16(record.status).map_err(|err| hiding(err.into()))?;
    for (name, value) in record.headers {
        let name = HeaderName::try_from(name).map_err(|err| hiding(err.into()))?;
        let value = HeaderValue::try_from(value).map_err(|err| hiding(err.into()))?;
        response.headers_mut().append(name, value);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

impl<S: Sync> Extract<S> for Idempotency {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let Some(value) = request.headers().get(&KEY) else {
            return Ok(Self(None));
        };
        let is_repeated = request.headers().get_all(&KEY).iter().nth(1).is_some();
        let key = value.to_str().ok().filter(|_| !is_repeated).and_then(key);
        let key = key.ok_or_else(|| {
            MALFORMED_HEADER.because(format_args!(
                "the header `idempotency-key` must be one string of 1 to {LONGEST_KEY} printable ASCII characters, in double quotes if it has a space, quote, backslash, comma or semicolon"
            ))
        })?;
        let extensions = request.extensions();
        let caller = extensions.get::<Invocation>().and_then(Invocation::caller);
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

/// The schema of a key.
struct KeySchema;

impl JsonSchema for KeySchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "IdempotencyKey".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "pattern": r#"^("([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-+\--:<-\[\]-~]{1,255})$"#,
            "examples": ["\"8e03978e-40d5-43e8-bc93-6894a57f9324\""],
        })
    }
}

/// The key: a structured string (RFC 9651 §3.3.3), or, as many clients send it, without quotes.
fn key(value: &str) -> Option<String> {
    let value = value.trim();
    let key = match value.strip_prefix('"') {
        Some(quoted) => unquoted(quoted.strip_suffix('"')?)?,
        None if value.contains([' ', '"', '\\', ',', ';']) => return None,
        None => value.to_owned(),
    };
    let is_printable = key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    (is_printable && (1..=LONGEST_KEY).contains(&key.len())).then_some(key)
}

fn unquoted(text: &str) -> Option<String> {
    let mut key = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        key.push(match c {
            '\\' => characters
                .next()
                .filter(|next| matches!(next, '"' | '\\'))?,
            '"' => return None,
            c => c,
        });
    }
    Some(key)
}

/// The digest of the parts. Each part has its length before it, so `ab, c` and `a, bc` differ.
fn digest<const N: usize>(parts: [&[u8]; N]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A response, or the stored response to an earlier request.
///
/// Made by [`Idempotency::run`]. Its status and headers are those of `R`, so the contract describes
/// it as an `R` with the header `Idempotency-Replayed`.
pub struct Replayable<R> {
    response: Result<Response, Problem>,
    of: PhantomData<fn() -> R>,
}

impl<R> Replayable<R> {
    fn of(response: Result<Response, Problem>) -> Self {
        let of = PhantomData;
        Self { response, of }
    }
}

impl<R> fmt::Debug for Replayable<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Replayable").field(&self.response).finish()
    }
}

impl<R: Respond> Respond for Replayable<R> {
    fn respond(self) -> Result<Response, Problem> {
        self.response
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
        operation.response_header_of_all::<bool>(REPLAYED.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_is_a_string_with_or_without_quotes_and_the_contract_says_so() {
        let schema = KeySchema::json_schema(&mut SchemaGenerator::default());
        let is_declared = |value: &str| jsonschema::is_valid(schema.as_value(), &json!(value));
        let longest = "k".repeat(255);
        for (value, of) in [
            ("\"8e03978e-40d5\"", "8e03978e-40d5"),
            ("8e03978e-40d5", "8e03978e-40d5"),
            ("\"a \\\"b\\\\\"", "a \"b\\"),
            (&longest, &longest),
        ] {
            assert_eq!(key(value).as_deref(), Some(of));
            assert!(is_declared(value), "{value}");
        }
        let long = "k".repeat(256);
        for malformed in [
            "", "\"\"", "\"a", "a\"", "a,b", "a b", "a\tb", "\"a\tb\"", "\"a\"b\"", "\"\\x\"",
            &long,
        ] {
            assert_eq!(key(malformed), None, "{malformed}");
            assert!(!is_declared(malformed), "{malformed}");
        }
    }

    #[test]
    fn a_digest_tells_parts_from_each_other() {
        assert_ne!(digest([b"ab", b"c"]), digest([b"a", b"bc"]));
        assert_eq!(digest([b"a"]).len(), 64);
    }
}
