//! Cross-origin requests, for a URL that has a CORS configuration: preflights are answered here,
//! without the function, and the function's answers get the URL's headers beside their own.

use super::{answer::Answer, cors_config::CorsConfig};
use crate::dev::log;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        ORIGIN, VARY,
    },
    request::Parts,
};
use std::sync::Once;

#[derive(Debug)]
pub(in crate::dev) struct Cors {
    config: CorsConfig,
    warned: Once,
}

impl Cors {
    pub(in crate::dev) fn new(config: CorsConfig) -> Self {
        Self {
            config,
            warned: Once::new(),
        }
    }

    /// The answer to a preflight; `None` for every other request.
    ///
    /// Local choice: 200, and without CORS headers where something is not allowed. Lists with `*`
    /// answer with what was asked for, since credentials make browsers take `*` literally.
    pub(in crate::dev) fn preflight(&self, request: &Parts) -> Option<Answer> {
        let method = request.headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
        if request.method != Method::OPTIONS || !request.headers.contains_key(ORIGIN) {
            return None;
        }
        let headers = self.allowed(&request.headers, method);
        Some(Answer {
            status: StatusCode::OK,
            headers: headers.unwrap_or_default(),
            body: Bytes::new(),
        })
    }

    fn allowed(&self, asked: &HeaderMap, method: &HeaderValue) -> Option<HeaderMap> {
        let mut headers = self.origin_headers(asked)?;
        let methods = allowed_list(&self.config.allow_methods, method.to_str().ok()?)?;
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            let names = allowed_list(&self.config.allow_headers, names.to_str().ok()?)?;
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        headers.insert(ACCESS_CONTROL_MAX_AGE, self.config.max_age.into());
        Some(headers)
    }

    /// Adds the URL's headers to an answer of the function. They do not replace the function's
    /// own: a browser that gets two origins refuses both, so the terminal says it once.
    pub(in crate::dev) fn add_headers(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        let Some(mut headers) = self.origin_headers(request) else {
            return;
        };
        if !self.config.expose_headers.is_empty()
            && let Ok(names) = HeaderValue::try_from(self.config.expose_headers.join(","))
        {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names);
        }
        if answer.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            self.warned.call_once(|| {
                log::line(format_args!(
                    "fnurl: the URL and the function both send access-control-allow-origin, which \
                     browsers refuse: take `--cors` away, or the CORS headers out of the function"
                ));
            });
        }
        for (name, value) in &headers {
            answer.append(name, value.clone());
        }
    }

    /// What an allowed origin gets with every answer: it is named, even where all are allowed.
    fn origin_headers(&self, request: &HeaderMap) -> Option<HeaderMap> {
        let origin = request.get(ORIGIN)?;
        let origins = &self.config.allow_origins;
        let is_allowed = |allowed: &String| allowed == "*" || origin == allowed.as_str();
        if !origins.iter().any(is_allowed) {
            return None;
        }
        let mut headers = HeaderMap::from_iter([
            (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
            (VARY, HeaderValue::from_name(ORIGIN)),
        ]);
        if self.config.allow_credentials {
            let yes = HeaderValue::from_static("true");
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
        Some(headers)
    }
}

/// The list to answer with, if it has everything that was asked for.
fn allowed_list(allowed: &[String], asked: &str) -> Option<HeaderValue> {
    if allowed.iter().any(|value| value == "*") {
        return HeaderValue::try_from(asked).ok();
    }
    let is_allowed = |asked: &str| {
        let mut allowed = allowed.iter();
        asked.is_empty() || allowed.any(|value| value.eq_ignore_ascii_case(asked))
    };
    asked
        .split(',')
        .all(|value| is_allowed(value.trim()))
        .then(|| HeaderValue::try_from(allowed.join(",")).ok())?
}
