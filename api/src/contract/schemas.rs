//! The schemas of an API: one for each type, or two if it is read and written differently.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{Content, Operation};

const SCHEMAS: &str = "/components/schemas";

/// The schemas that the operations share, for reading and for writing.
#[derive(Debug)]
pub(crate) struct Schemas {
    input: SchemaGenerator,
    output: SchemaGenerator,
    /// The final names of generic types, by the names that the generators gave them.
    input_names: BTreeMap<String, String>,
    output_names: BTreeMap<String, String>,
}

impl Default for Schemas {
    fn default() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|it| {
                it.definitions_path = SCHEMAS.into();
                it.meta_schema = None;
            })
        };
        Self {
            input: settings().for_deserialize().into_generator(),
            output: settings().for_serialize().into_generator(),
            input_names: BTreeMap::new(),
            output_names: BTreeMap::new(),
        }
    }
}

impl Schemas {
    /// The schema for reading a `T`.
    pub(super) fn input<T: JsonSchema>(&mut self) -> Schema {
        let schema = self.input.subschema_for::<T>();
        self.input_names.extend(generic_name::<T>(&schema));
        schema
    }

    /// The schema for writing a `T`.
    pub(super) fn output<T: JsonSchema>(&mut self) -> Schema {
        let schema = self.output.subschema_for::<T>();
        self.output_names.extend(generic_name::<T>(&schema));
        schema
    }

    /// The shared schemas for reading, so far.
    pub(super) fn definitions(&self) -> Map<String, Value> {
        self.input.definitions().clone()
    }

    /// The generator of schemas for reading.
    pub(super) fn reader(&mut self) -> &mut SchemaGenerator {
        &mut self.input
    }

    /// The generator of schemas for writing.
    pub(crate) fn writer(&mut self) -> &mut SchemaGenerator {
        &mut self.output
    }

    /// The shared schemas by name. A schema for reading that differs has its own name: `ItemInput`.
    ///
    /// 1. Both generators give up their definitions, and integers get the bounds of their types.
    /// 2. Generic types get names that say what they are of: `PageOfItem`.
    /// 3. Definitions that are equal for reading and writing become one. Those that differ, or
    ///    refer to one that differs, become two.
    /// 4. The schemas inside the operations follow the new names.
    pub(super) fn finish(mut self, operations: &mut [Operation]) -> Map<String, Value> {
        let mut input = self.input.take_definitions(true);
        let mut output = self.output.take_definitions(true);
        for schema in input.values_mut().chain(output.values_mut()) {
            bound_integers(schema);
        }
        let input = renamed(input, &self.input_names);
        let output = renamed(output, &self.output_names);
        for operation in &mut *operations {
            for schema in read_by(operation) {
                edit(schema, |value| rename(value, &self.input_names));
            }
            for schema in written_by(operation) {
                edit(schema, |value| rename(value, &self.output_names));
            }
        }
        let differing = differing(&input, &output);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let taken: BTreeSet<String> = input.keys().chain(output.keys()).cloned().collect();
        for name in &differing {
            let own = format!("{name}Input");
            let own = match taken.contains(&own) {
                true => format!("{name}AsInput"),
                false => own,
            };
            names.insert(name.clone(), own);
        }
        let mut all = output;
        for (name, mut schema) in input {
            rename(&mut schema, &names);
            let name = names.get(&name).cloned().unwrap_or(name);
            all.insert(name, schema);
        }
        for operation in &mut *operations {
            for schema in read_by(operation) {
                edit(schema, |value| {
                    rename(value, &names);
                    bound_integers(value);
                });
            }
            for schema in written_by(operation) {
                edit(schema, bound_integers);
            }
        }
        all
    }
}

/// The names of schemas that differ between reading and writing, or refer to one that does.
///
/// The second part is repeated until nothing is added: if `Line` differs, `Order` with a list of
/// lines differs, and `Basket` with an order. Otherwise a schema for writing would refer to one for
/// reading.
fn differing(input: &Map<String, Value>, output: &Map<String, Value>) -> BTreeSet<String> {
    let both = || {
        input
            .iter()
            .filter_map(|(name, read)| Some((name, read, output.get(name)?)))
    };
    let mut differing: BTreeSet<String> = both()
        .filter(|(_, read, written)| read != written)
        .map(|(name, ..)| name.clone())
        .collect();
    loop {
        let further: Vec<String> = both()
            .filter(|(name, ..)| !differing.contains(*name))
            .filter(|(_, read, _)| {
                references(read)
                    .iter()
                    .any(|name| differing.contains(*name))
            })
            .map(|(name, ..)| name.clone())
            .collect();
        if further.is_empty() {
            return differing;
        }
        differing.extend(further);
    }
}

/// Renames schemas, and the references to them.
fn renamed(schemas: Map<String, Value>, names: &BTreeMap<String, String>) -> Map<String, Value> {
    let renamed = schemas.into_iter().map(|(name, mut schema)| {
        rename(&mut schema, names);
        (names.get(&name).cloned().unwrap_or(name), schema)
    });
    renamed.collect()
}

/// The generator's name for a generic type's schema, and its final name. `Page<Item>` becomes
/// `PageOfItem`; the generator calls it `Page` or `Page2`, depending on the order of the types.
fn generic_name<T: JsonSchema>(schema: &Schema) -> Option<(String, String)> {
    let given = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(name_in)?;
    let (generic, arguments) = std::any::type_name::<T>().split_once('<')?;
    let arguments: Vec<&str> = arguments
        .split(['<', '>', ',', ' ', '(', ')', '&'])
        .filter_map(|part| part.rsplit("::").next())
        .filter(|name| !name.is_empty() && !name.starts_with('\''))
        .collect();
    // A type that has named its schema itself keeps that name.
    let is_own_name = generic.rsplit("::").next() != Some(&*T::schema_name());
    if arguments.is_empty() || is_own_name {
        return None;
    }
    let capitalized = arguments.iter().map(|name| {
        let mut letters = name.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    let arguments = capitalized.collect::<Vec<_>>().join("And");
    Some((
        given.to_owned(),
        format!("{}Of{arguments}", T::schema_name()),
    ))
}

fn read_by(operation: &mut Operation) -> impl Iterator<Item = &mut Schema> {
    let parameters = operation.parameters.iter_mut().map(|it| &mut it.schema);
    let bodies = operation
        .body
        .iter_mut()
        .filter_map(|it| it.schema.as_mut());
    parameters.chain(bodies)
}

fn written_by(operation: &mut Operation) -> impl Iterator<Item = &mut Schema> {
    let responses = operation.responses.values_mut().flat_map(|response| {
        let contents = response.content.iter_mut().flat_map(schemas_of);
        contents.chain(response.headers.values_mut())
    });
    let problems = operation.problem_headers.values_mut();
    let problems = problems.flat_map(|headers| headers.values_mut());
    responses.chain(problems)
}

fn schemas_of(content: &mut Content) -> impl Iterator<Item = &mut Schema> {
    content.schema.iter_mut().chain(content.item.iter_mut())
}

fn edit(schema: &mut Schema, change: impl FnOnce(&mut Value)) {
    let mut value = std::mem::take(schema).to_value();
    change(&mut value);
    // The changes do not turn a schema into another kind of JSON value.
    *schema = Schema::try_from(value).unwrap_or_default();
}

/// The names that a schema refers to.
fn references(schema: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = vec![schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str);
                found.extend(reference.and_then(name_in));
                open.extend(members.values());
            }
            Value::Array(elements) => open.extend(elements),
            _ => {}
        }
    }
    found
}

fn name_in(reference: &str) -> Option<&str> {
    reference
        .strip_prefix("#")?
        .strip_prefix(SCHEMAS)?
        .strip_prefix('/')
}

/// Renames the references in a schema.
fn rename(schema: &mut Value, names: &BTreeMap<String, String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(name) = name_in(reference).and_then(|name| names.get(name))
            {
                *reference = format!("#{SCHEMAS}/{name}");
            }
            members.values_mut().for_each(|inner| rename(inner, names));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|inner| rename(inner, names)),
        _ => {}
    }
}

/// Adds the bounds of an integer type, which `schemars` gives only in `format`.
fn bound_integers(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let bounds = members
                .get("format")
                .and_then(Value::as_str)
                .and_then(bounds);
            if let Some((least, most)) = bounds {
                members.entry("minimum").or_insert(least);
                members.entry("maximum").or_insert(most);
            }
            members.values_mut().for_each(bound_integers);
        }
        Value::Array(elements) => elements.iter_mut().for_each(bound_integers),
        _ => {}
    }
}

fn bounds(format: &str) -> Option<(Value, Value)> {
    Some(match format {
        "int8" => (json!(i8::MIN), json!(i8::MAX)),
        "int16" => (json!(i16::MIN), json!(i16::MAX)),
        "int32" => (json!(i32::MIN), json!(i32::MAX)),
        "int64" | "int" => (json!(i64::MIN), json!(i64::MAX)),
        "uint8" => (json!(0), json!(u8::MAX)),
        "uint16" => (json!(0), json!(u16::MAX)),
        "uint32" => (json!(0), json!(u32::MAX)),
        "uint64" | "uint" => (json!(0), json!(u64::MAX)),
        _ => return None,
    })
}
