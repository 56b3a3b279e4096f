//! Security schemes: how callers authenticate, for the contract.

use serde_json::{Value, json};

/// A security scheme of OpenAPI, and the scopes that an operation needs.
///
/// An extractor that reads credentials declares their scheme with
/// [`Operation::secured_by`](super::Operation::secured_by).
///
/// ```
/// use fnurl::contract::{Operation, SecurityScheme};
/// use fnurl::{Extract, Problem, ProblemType, Request};
///
/// struct User(String);
///
/// const UNAUTHORIZED: ProblemType = ProblemType::new(401, "unauthorized", "Sign in first");
///
/// impl<S: Sync> Extract<S> for User {
///     async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
///         let header = request.headers().get("authorization");
///         let token = header.and_then(|it| it.to_str().ok()?.strip_prefix("Bearer "));
///         token.map(|it| Self(it.to_owned())).ok_or_else(|| UNAUTHORIZED.problem())
///     }
///
///     fn describe(operation: &mut Operation) {
///         operation
///             .secured_by(SecurityScheme::bearer("token", "JWT"))
///             .refuses(UNAUTHORIZED);
///     }
/// }
/// ```
///
/// Source: OpenAPI 3.1 §4.8.27.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityScheme {
    pub(super) name: String,
    pub(super) object: Value,
    pub(super) scopes: Vec<String>,
}

impl SecurityScheme {
    fn new(name: &str, object: Value) -> Self {
        Self {
            name: name.to_owned(),
            object,
            scopes: Vec::new(),
        }
    }

    /// `Authorization: Bearer …`; `format` is the kind of token, such as `JWT`.
    ///
    /// `name` is the name of the scheme in the document, which callers see; one scheme has one name
    /// in the whole API.
    #[must_use]
    pub fn bearer(name: &str, format: &str) -> Self {
        Self::new(
            name,
            json!({"type": "http", "scheme": "bearer", "bearerFormat": format}),
        )
    }

    /// `Authorization` with another scheme, such as `basic` or `Token`.
    #[must_use]
    pub fn http(name: &str, scheme: &str) -> Self {
        Self::new(name, json!({"type": "http", "scheme": scheme}))
    }

    /// A key in a header.
    #[must_use]
    pub fn api_key_in_header(name: &str, header: &str) -> Self {
        Self::new(
            name,
            json!({"type": "apiKey", "in": "header", "name": header}),
        )
    }

    /// A key in a query parameter.
    #[must_use]
    pub fn api_key_in_query(name: &str, parameter: &str) -> Self {
        Self::new(
            name,
            json!({"type": "apiKey", "in": "query", "name": parameter}),
        )
    }

    /// A key in a cookie.
    #[must_use]
    pub fn api_key_in_cookie(name: &str, cookie: &str) -> Self {
        Self::new(
            name,
            json!({"type": "apiKey", "in": "cookie", "name": cookie}),
        )
    }

    /// OAuth 2.0; `flows` is the OAuth Flows Object of OpenAPI.
    ///
    /// ```
    /// use fnurl::contract::SecurityScheme;
    ///
    /// let flows = serde_json::json!({"clientCredentials": {
    ///     "tokenUrl": "https://login.example/token",
    ///     "scopes": {"lamps:read": "Read lamps"},
    /// }});
    /// let scheme = SecurityScheme::oauth2("login", &flows).scope("lamps:read");
    /// # let _ = scheme;
    /// ```
    ///
    /// Source: OpenAPI 3.1 §4.8.28.
    #[must_use]
    pub fn oauth2(name: &str, flows: &Value) -> Self {
        Self::new(name, json!({"type": "oauth2", "flows": flows}))
    }

    /// OpenID Connect, discovered at this URL.
    #[must_use]
    pub fn open_id_connect(name: &str, url: &str) -> Self {
        Self::new(
            name,
            json!({"type": "openIdConnect", "openIdConnectUrl": url}),
        )
    }

    /// A client certificate.
    #[must_use]
    pub fn mutual_tls(name: &str) -> Self {
        Self::new(name, json!({"type": "mutualTLS"}))
    }

    /// AWS Signature Version 4, as a function URL with AuthType `AWS_IAM` checks it.
    ///
    /// OpenAPI has no type for it; the extension `x-amazon-apigateway-authtype` is the one that API
    /// Gateway and its tools read.
    #[must_use]
    pub fn aws_sigv4() -> Self {
        Self::new(
            "sigv4",
            json!({
                "type": "apiKey", "in": "header", "name": "authorization",
                "description": "AWS Signature Version 4, for service `lambda`. Temporary credentials also send `x-amz-security-token`.",
                "x-amazon-apigateway-authtype": "awsSigv4",
            }),
        )
    }

    /// Adds a scope that the operation needs.
    ///
    /// For OAuth 2.0 and OpenID Connect. For other schemes it is the name of a role, for people
    /// only.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        self.scopes.push(scope.to_owned());
        self
    }
}
