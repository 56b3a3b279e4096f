//! Values made from a schema: valid ones, and copies with one change.

use serde_json::{Map, Value, json};

/// Texts that are tried for each parameter and each member of a form.
pub(super) const TEXTS: [&str; 16] = [
    "x",
    "0",
    "1",
    "-1",
    "007",
    "+5",
    "1.5",
    "3.0",
    "1e2",
    "255",
    "256",
    "4294967296",
    "18446744073709551616",
    "true",
    "NaN",
    "a b",
];

/// The values that a text may stand for: the text, its number or boolean, and a list of each.
pub(super) fn readings(text: &str) -> Vec<Value> {
    let mut values = vec![Value::from(text)];
    if let Ok(value @ (Value::Number(_) | Value::Bool(_))) = serde_json::from_str(text) {
        values.push(value);
    }
    let lists: Vec<Value> = values.iter().map(|value| json!([value])).collect();
    values.extend(lists);
    values
}

/// An instance of a schema, from its examples or from its keywords.
///
/// An example, a constant or the first value of an enum is taken as it is. Otherwise the instance
/// is the smallest that the keywords of the schema allow, put together with those of its parts
/// (`oneOf`, `anyOf`, `allOf`). `None` when a type contains itself without an end, or has a pattern
/// or a format that is not known here: the caller then asks for an example.
pub(super) fn instance(schema: &Value, root: &Value, depth: usize) -> Option<Value> {
    if depth > 16 {
        return None;
    }
    let Some(object) = schema.as_object() else {
        return Some(json!(1));
    };
    let example = object.get("examples").and_then(|it| it.get(0));
    let given = example
        .or(object.get("const"))
        .or_else(|| object.get("enum")?.get(0));
    if let Some(given) = given {
        return Some(given.clone());
    }
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        let referred = root.pointer(reference.strip_prefix('#')?)?;
        return instance(referred, root, depth + 1);
    }
    let mut made = of_type(object, root, depth);
    for keyword in ["oneOf", "anyOf"] {
        // `null` is an instance, too, but it tests little.
        let options = object
            .get(keyword)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut options = options.filter(|option| option["type"] != "null");
        let chosen = options.find_map(|option| instance(option, root, depth + 1));
        made = merged(made, chosen);
    }
    for part in object
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        made = merged(made, instance(part, root, depth + 1));
    }
    made.or(Some(json!(1)).filter(|_| object.get("type").is_none()))
}

fn merged(one: Option<Value>, other: Option<Value>) -> Option<Value> {
    match (one, other) {
        (Some(Value::Object(mut one)), Some(Value::Object(other))) => {
            one.extend(other);
            Some(one.into())
        }
        (one, other) => other.or(one),
    }
}

fn of_type(schema: &Map<String, Value>, root: &Value, depth: usize) -> Option<Value> {
    let kind = match schema.get("type")? {
        Value::Array(kinds) => kinds.iter().find(|kind| **kind != "null")?.as_str()?,
        kind => kind.as_str()?,
    };
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    Some(match kind {
        "object" => {
            let mut members = Map::new();
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, member) in properties.into_iter().flatten() {
                // A member that cannot be made is left out. If it is required, the object is
                // not valid.
                if let Some(value) = instance(member, root, depth + 1) {
                    members.insert(name.clone(), value);
                }
            }
            members.into()
        }
        "array" => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            let fixed = schema.get("prefixItems").and_then(Value::as_array);
            match fixed {
                Some(fixed) => fixed
                    .iter()
                    .map(|item| instance(item, root, depth + 1))
                    .collect::<Option<Vec<_>>>()?
                    .into(),
                None => {
                    let least = number("minItems").unwrap_or(1.0).max(1.0);
                    match instance(items, root, depth + 1) {
                        Some(item) if depth < 8 => vec![item; least as usize].into(),
                        _ => json!([]),
                    }
                }
            }
        }
        "string" => text(schema).into(),
        "integer" => {
            let least = number("minimum").or(number("exclusiveMinimum").map(|it| it + 1.0));
            json!(least.unwrap_or(1.0).max(1.0) as i64)
        }
        "number" => json!(number("minimum").unwrap_or(1.0).max(1.0)),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => return None,
    })
}

fn text(schema: &Map<String, Value>) -> String {
    let of_format = match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => "01890a5d-ac96-774b-bcce-b302099a8057",
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("date") => "2026-01-31",
        Some("time") => "12:00:00Z",
        Some("email") => "a@example.com",
        Some("uri") => "https://example.com/",
        Some("ipv4" | "ip") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        _ => "",
    };
    if !of_format.is_empty() {
        return of_format.to_owned();
    }
    let length = schema.get("minLength").and_then(Value::as_u64).unwrap_or(1);
    "a".repeat(usize::try_from(length.max(1)).unwrap_or(1))
}

/// Copies of an instance, each changed in one place.
///
/// Every place gets each stand-in once. Each stand-in breaks another kind of rule: a kind of value,
/// a length, a bound of an integer type, a fraction, an unknown member.
pub(super) fn broken(valid: &Value) -> Vec<Value> {
    let mut copies = Vec::new();
    let mut places = Vec::new();
    pointers(valid, String::new(), &mut places);
    let stand_ins = [
        Value::Null,
        json!(""),
        json!("x"),
        json!("x".repeat(5_000)),
        json!("\u{7}"),
        (' '..='~').collect::<String>().into(),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(3.0),
        json!(256),
        json!(4_294_967_296_u64),
        json!(1e300),
        json!(true),
        json!([]),
        json!(["x"]),
        json!([1, 2, 3]),
        json!({}),
        json!({"unknown": 1}),
        (0..300)
            .map(|it| (it.to_string(), json!(1)))
            .collect::<Map<_, _>>()
            .into(),
    ];
    for place in &places {
        for stand_in in &stand_ins {
            let mut copy = valid.clone();
            if let Some(target) = copy.pointer_mut(place) {
                *target = stand_in.clone();
                copies.push(copy);
            }
        }
        let mut copy = valid.clone();
        if let Some(Value::Object(members)) = copy.pointer_mut(place) {
            members.insert("unknown".to_owned(), json!(1));
            copies.push(copy);
        }
        let mut copy = valid.clone();
        if let Some((parent, name)) = place.rsplit_once('/')
            && let Some(Value::Object(members)) = copy.pointer_mut(parent)
        {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
            copies.push(copy);
        }
    }
    copies
}

fn pointers(value: &Value, here: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(inner, format!("{here}/{name}"), places);
            }
        }
        Value::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                pointers(inner, format!("{here}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(here);
}
