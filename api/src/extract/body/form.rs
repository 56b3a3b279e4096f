//! `Form`: a form-urlencoded body as a typed, validated struct.

use super::content;
use crate::contract::Operation;
use crate::extract::query::{check_members, pairs};
use crate::extract::{Extract, Reads};
use crate::message::Request;
use crate::problem::{
    BODY_TOO_LARGE, INVALID_REQUEST, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE,
};
use crate::syntax::escapes::well_escaped;
use crate::validation::{Input, read_parameters};

/// A body of type `application/x-www-form-urlencoded`, as HTML forms send it.
///
/// It is read like a query string: `+` is a space, a repeated field becomes a `Vec` member, and an
/// empty field for an optional number or boolean counts as absent.
///
/// ```
/// use fnurl::{Api, Form, NoContent, post, testing::TestApi};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use validator::Validate;
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct SignUp {
///     #[validate(email)]
///     email: String,
///     age: Option<u8>,
/// }
///
/// async fn sign_up(Form(_form): Form<SignUp>) -> NoContent { NoContent }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/", post(sign_up)).build()?);
/// let form = |body| api.post("/").text("application/x-www-form-urlencoded", body);
/// form("email=ada%40example.com&age=").await.assert_status(204);
/// let problem = form("email=ada").await.problem(422);
/// assert_eq!(problem["errors"][0]["parameter"], "email");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// # Problems
/// 400 for a malformed escape, 413 for a body that is too large, 415 for another media type, and
/// 422 with the name of the field.
///
/// Source: WHATWG URL §5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form<T>(pub T);

const FORM: &str = "application/x-www-form-urlencoded";

impl<S: Sync, T: Input> Extract<S> for Form<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let is_form = |media_type: &str| media_type.eq_ignore_ascii_case(FORM);
        let bytes = content::read(request, FORM, is_form).await?;
        if !well_escaped(&bytes) {
            return Err(MALFORMED_BODY.because(
                "the form has a `%` that is not followed by two hexadecimal digits, or bytes that are not UTF-8",
            ));
        }
        read_parameters(pairs(&bytes)).map(Self)
    }

    fn describe(operation: &mut Operation) {
        operation
            .body::<T>(FORM)
            .refuses(MALFORMED_BODY)
            .refuses(BODY_TOO_LARGE)
            .refuses(UNSUPPORTED_MEDIA_TYPE)
            .refuses(INVALID_REQUEST);
    }

    fn reads(reads: &mut Reads) {
        check_members::<T>("Form", reads);
        reads.body(FORM);
    }
}
