//! Errors of reading a document into a type: serde's errors, kept as data instead of as a message.
//!
//! Serde builds its errors through the trait [`Error`](serde::de::Error), which has a function for
//! each kind. Implementing it keeps what a message would lose: the names of the variants, the kind
//! that is expected, and the address of a text. The address is what finds the node again: a value
//! that serde has copied still borrows its texts from the document.
//!
//! An untagged enum discards the errors of its variants. They are in a log, because every error is
//! made here: [`locate`](super::locate) reads from it which variant came closest.

use std::cell::RefCell;
use std::fmt;

use serde::de::{Expected, Unexpected};

use super::NodeId;
use crate::validation::words;

/// An error of serde, and the node that it is about, if the reader knows the node.
///
/// Inside an enum or a flattened struct, serde keeps a copy of the values, and the reader learns
/// only the node of the whole value; [`locate`](super::locate) finds the part.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) what: Box<What>,
    pub(super) node: Option<NodeId>,
}

/// The kind of a fault.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// A required member is missing.
    Missing(&'static str),
    /// A member is present that the type does not have.
    Unknown(String),
    /// A member was given more than once (perhaps under two names).
    Repeated,
    /// A text is not the name of a variant.
    Variant {
        seen: Seen,
        known: &'static [&'static str],
    },
    /// A value of another kind or size is expected.
    Value { seen: Seen, expected: String },
    /// An array of another length is expected.
    Length(String),
    /// The message of a `Deserialize` written by hand, or of serde's enums.
    Words(String),
}

/// The value that a fault is about, as far as serde tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Seen {
    /// A text or bytes, by address: it may lie in the document itself.
    At(usize, usize),
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Null,
    Array,
    Object,
    Other,
}

impl Seen {
    /// A text of the document, which a fault may later be about.
    pub(super) fn address(bytes: &[u8]) -> Self {
        Self::At(bytes.as_ptr().addr(), bytes.len())
    }

    fn of(unexpected: Unexpected<'_>) -> Self {
        match unexpected {
            Unexpected::Bool(value) => Self::Bool(value),
            Unexpected::Unsigned(value) => Self::Unsigned(value),
            Unexpected::Signed(value) => Self::Signed(value),
            Unexpected::Float(value) => Self::Float(value),
            Unexpected::Str(text) => Self::address(text.as_bytes()),
            Unexpected::Bytes(bytes) => Self::address(bytes),
            Unexpected::Unit | Unexpected::Option => Self::Null,
            Unexpected::Seq => Self::Array,
            Unexpected::Map => Self::Object,
            _ => Self::Other,
        }
    }
}

impl What {
    /// The fault without the value that it is about, to compare it with that of another reading.
    pub(super) fn without_value(&self) -> Self {
        match self {
            Self::Variant { known, .. } => Self::Variant {
                seen: Seen::Other,
                known,
            },
            Self::Value { expected, .. } => Self::Value {
                seen: Seen::Other,
                expected: expected.clone(),
            },
            other => other.clone(),
        }
    }
}

impl Fault {
    fn new(what: What) -> Self {
        LOG.with_borrow_mut(|log| {
            if log.len() < MAX_LOGGED {
                log.push(what.clone());
            }
        });
        let what = Box::new(what);
        Self { what, node: None }
    }

    /// The fault for a value that serde does not expect.
    pub(super) fn value(seen: Seen, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self::new(What::Value { seen, expected })
    }

    /// Assigns the fault to this node, unless an inner node is known.
    pub(super) fn at(mut self, node: NodeId) -> Self {
        self.node.get_or_insert(node);
        self
    }
}

thread_local! {
    /// Every fault of the current reading, including those that an untagged enum discards.
    static LOG: RefCell<Vec<What>> = const { RefCell::new(Vec::new()) };
}

/// Maximum number of logged faults: an untagged enum in a long list logs some for each element.
const MAX_LOGGED: usize = 10_000;

/// The number of faults so far: the position in the log where a value begins.
pub(super) fn mark() -> usize {
    LOG.with_borrow(Vec::len)
}

/// All faults of the reading that has ended.
pub(super) fn take_log() -> Vec<What> {
    LOG.take()
}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(words: T) -> Self {
        let words = words.to_string();
        // Serde's message about unknown members beside a flattened struct.
        let unknown = words
            .strip_prefix("unknown field `")
            .and_then(|it| it.split('`').next());
        Self::new(match unknown {
            Some(name) => What::Unknown(name.to_owned()),
            None => What::Words(words),
        })
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::value(Seen::of(unexpected), expected)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::value(Seen::of(unexpected), expected)
    }

    fn invalid_length(_length: usize, expected: &dyn Expected) -> Self {
        Self::new(What::Length(expected.to_string()))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let seen = Seen::address(variant.as_bytes());
        Self::new(What::Variant { seen, known })
    }

    fn unknown_field(field: &str, _known: &'static [&'static str]) -> Self {
        Self::new(What::Unknown(field.to_owned()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(What::Missing(field))
    }

    fn duplicate_field(_field: &'static str) -> Self {
        Self::new(What::Repeated)
    }
}

/// A `Deserialize` written by hand may put it into a message of its own.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.what {
            What::Missing(name) => write!(f, "`{name}` {}", words::REQUIRED),
            What::Unknown(name) => write!(f, "`{name}` {}", words::UNKNOWN_MEMBER),
            What::Repeated => f.write_str(words::REPEATED),
            What::Variant { known, .. } => f.write_str(&words::one_of(known)),
            What::Value { expected, .. } => f.write_str(&words::must_be(expected)),
            What::Length(expected) => f.write_str(&words::length_must_be(expected)),
            What::Words(words) => f.write_str(words),
        }
    }
}

impl std::error::Error for Fault {}
