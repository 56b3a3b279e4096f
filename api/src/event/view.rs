//! Reads the event without copying, and only the members that a request needs.
//!
//! Most members are not needed, and serde skips them. Those that are needed stay in the payload: a
//! text is a slice of it unless it has escapes. An event has some thirty headers, and a typed event
//! would copy each name and each value.
//!
//! Nothing is required here. A member that is missing or null is `None`, and the caller decides:
//! an event without a method is refused, one without a source address is not.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// A function URL event, payload format 2.0. Every member may be null or absent.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Event<'a> {
    #[serde(borrow)]
    pub(super) raw_path: Text<'a>,
    #[serde(borrow)]
    pub(super) raw_query_string: Text<'a>,
    #[serde(borrow)]
    pub(super) headers: Pairs<'a>,
    #[serde(borrow)]
    pub(super) cookies: Texts<'a>,
    #[serde(borrow)]
    pub(super) request_context: Option<RequestContext<'a>>,
    #[serde(borrow)]
    pub(super) body: Text<'a>,
    pub(super) is_base64_encoded: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RequestContext<'a> {
    #[serde(borrow)]
    pub(super) http: Option<Http<'a>>,
    #[serde(borrow)]
    pub(super) authorizer: Option<Authorizer<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Http<'a> {
    #[serde(borrow)]
    pub(super) method: Text<'a>,
    #[serde(borrow)]
    pub(super) source_ip: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Authorizer<'a> {
    #[serde(borrow)]
    pub(super) iam: Option<Iam<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Iam<'a> {
    #[serde(borrow)]
    pub(super) access_key: Text<'a>,
    #[serde(borrow)]
    pub(super) account_id: Text<'a>,
    #[serde(borrow)]
    pub(super) caller_id: Text<'a>,
    #[serde(borrow)]
    pub(super) principal_org_id: Text<'a>,
    #[serde(borrow)]
    pub(super) user_arn: Text<'a>,
    #[serde(borrow)]
    pub(super) user_id: Text<'a>,
}

/// A string, borrowed when it has no escapes; `None` for null and absent.
#[derive(Default)]
pub(super) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub(super) fn into_string(self) -> String {
        self.0.map(Cow::into_owned).unwrap_or_default()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or null")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_unit<E>(self) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// A map of strings in the order it was sent; members that are null are left out.
#[derive(Default)]
pub(super) struct Pairs<'a>(pub(super) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of strings or null")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                // A browser sends 15–25 headers, and the front door adds six.
                let mut pairs = Vec::with_capacity(32);
                while let Some((name, value)) = map.next_entry::<Text<'de>, Text<'de>>()? {
                    if let (Some(name), Some(value)) = (name.0, value.0) {
                        pairs.push((name, value));
                    }
                }
                Ok(Pairs(pairs))
            }

            fn visit_unit<E>(self) -> Result<Pairs<'de>, E> {
                Ok(Pairs::default())
            }
        }
        deserializer.deserialize_any(PairsVisitor)
    }
}

/// A list of strings; null and elements that are null are left out.
#[derive(Default)]
pub(super) struct Texts<'a>(pub(super) Vec<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor;
        impl<'de> Visitor<'de> for TextsVisitor {
            type Value = Texts<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of strings or null")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts<'de>, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element::<Text<'de>>()? {
                    texts.extend(text.0);
                }
                Ok(Texts(texts))
            }

            fn visit_unit<E>(self) -> Result<Texts<'de>, E> {
                Ok(Texts::default())
            }
        }
        deserializer.deserialize_any(TextsVisitor)
    }
}
