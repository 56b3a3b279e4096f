//! The names that a type's members have in JSON, asked of its `Deserialize`.
//!
//! `validator` reports Rust field names; clients know the names that serde reads. Both questions
//! here are put to the type itself, by a deserializer that only listens and then gives up.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Member(String),
    Element(usize),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) => f.write_str(name),
            Self::Element(index) => write!(f, "{index}"),
        }
    }
}

/// The same path with each Rust field name replaced by the name that serde reads.
///
/// A name that the type does not tell (behind `flatten`, in an enum, or renamed to another word)
/// stays as it is.
pub(crate) fn wire_path<T: DeserializeOwned>(steps: &[Step]) -> Vec<Step> {
    let mut known = Vec::with_capacity(steps.len());
    // The probe always ends in an error: it has names to give, but no values.
    let _ = T::deserialize(Probe {
        steps,
        known: &mut known,
    });
    let rest = known.len();
    known.extend_from_slice(&steps[rest..]);
    known
}

/// The member names of a struct, in order; `None` when the type is no plain struct.
pub(crate) fn fields_of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut fields = None;
    let _ = T::deserialize(Fields(&mut fields));
    fields
}

#[derive(Debug)]
struct Done;

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the probe has no values")
    }
}

impl std::error::Error for Done {}

impl serde::de::Error for Done {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Fields<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = Done;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Done> {
        *self.0 = Some(fields);
        Err(Done)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Done> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        Err(Done)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Probe<'a> {
    steps: &'a [Step],
    known: &'a mut Vec<Step>,
}

impl<'a> Probe<'a> {
    /// Takes the next step under the name `known`.
    fn into_next(self, known: Step) -> Self {
        self.known.push(known);
        Self {
            steps: &self.steps[1..],
            known: self.known,
        }
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Done;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Done> {
        let Some(Step::Member(name)) = self.steps.first() else {
            return Err(Done);
        };
        let wire = fields
            .iter()
            .find(|field| *field == name)
            .or_else(|| fields.iter().find(|field| folded(field) == folded(name)));
        match wire {
            Some(wire) => visitor.visit_map(One::member(self, wire)),
            None => Err(Done),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        match self.steps.first() {
            Some(Step::Member(name)) => {
                let name = name.clone();
                visitor.visit_map(One::member(self, &name))
            }
            _ => Err(Done),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        match self.steps.first() {
            Some(step @ Step::Element(_)) => {
                let step = step.clone();
                visitor.visit_seq(One {
                    key: None,
                    value: Some(self.into_next(step)),
                })
            }
            _ => Err(Done),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Done> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        Err(Done)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct tuple tuple_struct enum identifier ignored_any
    }
}

/// A name without what naming conventions change.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A map or sequence with one entry: the next step.
struct One<'a> {
    key: Option<String>,
    value: Option<Probe<'a>>,
}

impl<'a> One<'a> {
    fn member(probe: Probe<'a>, wire: &str) -> Self {
        Self {
            key: Some(wire.to_owned()),
            value: Some(probe.into_next(Step::Member(wire.to_owned()))),
        }
    }

    fn value<'de, T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Done> {
        let probe = self.value.take().ok_or_else(|| Done::custom(""))?;
        seed.deserialize(probe)
    }
}

impl<'de> MapAccess<'de> for One<'_> {
    type Error = Done;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Done> {
        match self.key.take() {
            Some(key) => seed.deserialize(StrDeserializer::new(&key)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Done> {
        self.value(seed)
    }
}

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Done;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Done> {
        self.value(seed).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only the names are asked for")]
    struct Outer {
        first_name: String,
        inner_list: Option<Vec<Inner>>,
        by_name: BTreeMap<String, Inner>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only the names are asked for")]
    struct Inner {
        unit_price: u8,
    }

    fn member(name: &str) -> Step {
        Step::Member(name.to_owned())
    }

    #[test]
    fn rust_names_become_wire_names_at_every_depth() {
        let cases = [
            (vec![member("first_name")], vec![member("firstName")]),
            (
                vec![member("inner_list"), Step::Element(3), member("unit_price")],
                vec![member("innerList"), Step::Element(3), member("unit-price")],
            ),
            (
                vec![member("by_name"), member("a_b"), member("unit_price")],
                vec![member("byName"), member("a_b"), member("unit-price")],
            ),
            (vec![member("nowhere")], vec![member("nowhere")]),
        ];
        for (steps, expected) in cases {
            assert_eq!(wire_path::<Outer>(&steps), expected);
        }
    }

    #[test]
    fn the_fields_of_a_struct_are_known_without_a_value() {
        let fields = fields_of::<Outer>();
        assert_eq!(fields, Some(&["firstName", "innerList", "byName"][..]));
        assert_eq!(fields_of::<BTreeMap<String, String>>(), None);
    }
}
