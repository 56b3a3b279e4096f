//! `Cors`: allows calls from pages of other origins, for function URLs without their own CORS
//! configuration.

use std::fmt;
use std::time::Duration;

use http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_LANGUAGE, CONTENT_LOCATION, ETAG, HeaderName, LINK,
    LOCATION, RETRY_AFTER,
};
use http::{HeaderValue, Method, Uri};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use super::{Around, wrap};
use crate::contract::Operation;
use crate::message::{Request, Response};
use crate::problem::Problem;
use crate::router::{Route, RouteLayer};

/// Response headers that a page may read, in addition to the CORS-safelisted ones.
const EXPOSED: [HeaderName; 7] = [
    CONTENT_LANGUAGE,
    CONTENT_LOCATION,
    ETAG,
    LINK,
    LOCATION,
    RETRY_AFTER,
    HeaderName::from_static("x-request-id"),
];

/// Lets pages of other origins call the API, with every method and header they ask for.
///
/// Either the function URL has a `Cors` configuration or the API has this layer, never both: the
/// responses would have each header twice, and browsers refuse that. With AuthType `AWS_IAM` only
/// the URL's configuration works, because browsers do not sign preflights.
///
/// Put it around the whole API, so that problems can be read too.
///
/// ```
/// use fnurl::layers::Cors;
/// use fnurl::{Api, get, testing::TestApi};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn hello() -> &'static str { "Hello!" }
///
/// let cors = Cors::origins(["https://app.example"])?;
/// let api = TestApi::new(Api::builder(()).at("/", get(hello)).layer(cors).build()?);
/// let response = api.get("/").header("origin", "https://app.example").await;
/// assert_eq!(response.header("access-control-allow-origin"), Some("https://app.example"));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
///
/// Sources: WHATWG Fetch, “HTTP CORS protocol”; AWS Lambda Developer Guide, “Cross-origin resource
/// sharing (CORS)” for function URLs.
#[derive(Debug, Clone)]
pub struct Cors {
    /// `None` for any.
    origins: Option<Vec<HeaderValue>>,
    with_credentials: bool,
    exposed: Vec<HeaderName>,
    max_age: Duration,
}

/// A mistake in the configuration of a [`Cors`] layer.
///
/// ```
/// use fnurl::layers::{Cors, CorsError};
///
/// let mistake = Cors::origins(["https://app.example/"]).unwrap_err(); // no slash at the end
/// assert_eq!(mistake, CorsError::InvalidOrigin("https://app.example/".to_owned()));
/// let mistake = Cors::any_origin().credentials().unwrap_err();
/// assert_eq!(mistake, CorsError::CredentialsWithAnyOrigin);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CorsError {
    /// The text is not a valid origin.
    InvalidOrigin(String),
    /// Every origin would be allowed to act with the user's cookies.
    CredentialsWithAnyOrigin,
}

impl fmt::Display for CorsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidOrigin(text) => write!(
                f,
                "`{text}` is not a valid origin: write it like `https://app.example`, \
                 in lower case and without a path or slash at its end"
            ),
            Self::CredentialsWithAnyOrigin => f.write_str(
                "credentials cannot be allowed for every origin: name the origins that may send them",
            ),
        }
    }
}

impl std::error::Error for CorsError {}

impl Cors {
    /// Pages of any origin, without credentials.
    ///
    /// For public data. A page of any site can read the responses, but as nobody: the browser sends
    /// no cookies.
    #[must_use]
    pub fn any_origin() -> Self {
        Self {
            origins: None,
            with_credentials: false,
            exposed: EXPOSED.to_vec(),
            max_age: Duration::from_secs(3600),
        }
    }

    /// Pages of these origins, such as `https://app.example`.
    ///
    /// # Errors
    /// One of them is not an origin as browsers write it, so it would never match.
    pub fn origins<'a>(origins: impl IntoIterator<Item = &'a str>) -> Result<Self, CorsError> {
        let origins = origins.into_iter().map(origin).collect::<Result<_, _>>()?;
        Ok(Self {
            origins: Some(origins),
            ..Self::any_origin()
        })
    }

    /// Allows cookies and other credentials.
    ///
    /// ```
    /// use fnurl::layers::Cors;
    /// use http::HeaderName;
    /// use std::time::Duration;
    ///
    /// let cors = Cors::origins(["https://app.example", "http://localhost:3000"])?
    ///     .credentials()?
    ///     .expose(HeaderName::from_static("x-total"))
    ///     .max_age(Duration::from_secs(600));
    /// # let _ = cors;
    /// # Ok::<(), fnurl::layers::CorsError>(())
    /// ```
    ///
    /// # Errors
    /// The layer allows any origin.
    pub fn credentials(mut self) -> Result<Self, CorsError> {
        if self.origins.is_none() {
            return Err(CorsError::CredentialsWithAnyOrigin);
        }
        self.with_credentials = true;
        Ok(self)
    }

    /// Lets pages read one more response header. They can already read `content-language`,
    /// `content-location`, `etag`, `link`, `location`, `retry-after` and `x-request-id`.
    #[must_use]
    pub fn expose(mut self, name: HeaderName) -> Self {
        self.exposed.push(name);
        self
    }

    /// The time for which browsers cache a preflight; one hour unless set.
    #[must_use]
    pub const fn max_age(mut self, time: Duration) -> Self {
        self.max_age = time;
        self
    }
}

/// An origin as browsers send it (RFC 6454 §6.2).
fn origin(text: &str) -> Result<HeaderValue, CorsError> {
    let mistake = || CorsError::InvalidOrigin(text.to_owned());
    let uri: Uri = text.parse().map_err(|_| mistake())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(mistake());
    };
    let canonical = format!("{scheme}://{authority}").to_ascii_lowercase();
    let default_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return Err(mistake()),
    };
    let is_plain = !authority.as_str().contains('@') && !canonical.ends_with(default_port);
    if !is_plain || canonical != text {
        return Err(mistake());
    }
    HeaderValue::from_str(text).map_err(|_| mistake())
}

impl RouteLayer for Cors {
    fn wrap(&self, inner: Route) -> Route {
        let origins = match &self.origins {
            None => AllowOrigin::any(),
            Some(origins) => AllowOrigin::list(origins.clone()),
        };
        let layer = CorsLayer::new()
            .allow_origin(origins)
            .allow_credentials(self.with_credentials)
            // The route itself checks methods and headers; the preflight allows all of them.
            .allow_methods(AllowMethods::mirror_request())
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(self.exposed.clone())
            .max_age(self.max_age);
        let answering = layer.wrap(inner.clone());
        wrap(Preflights { plain: inner }, answering)
    }

    fn describe(&self, operation: &mut Operation) {
        operation.response_header_of_all::<String>("access-control-allow-origin");
        operation.response_header_of_all::<String>("access-control-expose-headers");
        operation.response_header_of_all::<String>("vary");
        if self.with_credentials {
            operation.response_header_of_all::<String>("access-control-allow-credentials");
        }
    }
}

/// Passes plain `OPTIONS` requests directly to the API: `tower-http` treats each as a preflight and
/// would hide the API's own response.
#[derive(Clone)]
struct Preflights {
    plain: Route,
}

impl Around for Preflights {
    async fn respond(&self, request: Request, inner: &Route) -> Result<Response, Problem> {
        let is_preflight = request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let route = match request.method() {
            &Method::OPTIONS if !is_preflight => &self.plain,
            _ => inner,
        };
        Ok(route.call_now(request).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_send_and_nothing_else() {
        for text in [
            "https://app.example",
            "http://localhost:3000",
            "http://[::1]:8080",
        ] {
            assert!(origin(text).is_ok(), "{text}");
        }
        for text in [
            "*",
            "null",
            "app.example",
            "https://app.example/",
            "https://app.example/path",
            "https://App.example",
            "https://app.example:443",
            "https://user@app.example",
            "ftp://app.example",
            "",
        ] {
            let expected = Err(CorsError::InvalidOrigin(text.to_owned()));
            assert_eq!(origin(text), expected, "{text}");
        }
    }

    #[test]
    fn credentials_need_origins_by_name() {
        let mistake = Cors::any_origin().credentials().err();
        assert_eq!(mistake, Some(CorsError::CredentialsWithAnyOrigin));
    }
}
