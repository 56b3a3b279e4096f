//! The rules for items: what passes, what is refused and in which words, what is published.

use schemars::schema_for;
use serde_json::{Value, json};
use validator::{ValidationErrors, ValidationErrorsKind};

use super::*;

/// One violation: place, code, message.
type Violation = (String, String, String);

fn violations(item: &NewItem) -> Vec<Violation> {
    let mut found = Vec::new();
    if let Err(errors) = item.validate() {
        collect("", &errors, &mut found);
    }
    found.sort();
    found
}

fn collect(place: &str, errors: &ValidationErrors, found: &mut Vec<Violation>) {
    for (field, kind) in errors.errors() {
        let here = match field.as_ref() {
            "__all__" => place.to_owned(),
            field => format!("{place}/{field}"),
        };
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(&here, inner, found),
            ValidationErrorsKind::List(list) => list
                .iter()
                .for_each(|(index, inner)| collect(&format!("{here}/{index}"), inner, found)),
            ValidationErrorsKind::Field(list) => found.extend(list.iter().map(|error| {
                let message = error
                    .message
                    .clone()
                    .expect("every violation has a message");
                (here.clone(), error.code.to_string(), message.to_string())
            })),
        }
    }
}

#[track_caller]
fn assert_refused(item: &NewItem, expected: &[(&str, &str)]) {
    let found = violations(item);
    let found: Vec<_> = found
        .iter()
        .map(|(place, code, _)| (&**place, &**code))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn limits_are_counted_in_characters_and_both_ends_are_allowed() {
    let wide = |count| "é".repeat(count);
    let item = |name: usize, description: usize, tags: Vec<usize>| NewItem {
        description: Some(wide(description)),
        tags: tags.into_iter().map(|count| wide(count).into()).collect(),
        ..NewItem::named(wide(name))
    };
    assert_refused(&item(1, 0, vec![]), &[]);
    assert_refused(&item(200, 4000, vec![50; 20]), &[]);
    assert_refused(&item(0, 0, vec![]), &[("/name", "length")]);
    assert_refused(&item(201, 0, vec![]), &[("/name", "length")]);
    assert_refused(&item(1, 4001, vec![]), &[("/description", "length")]);
    assert_refused(&item(1, 0, vec![1; 21]), &[("/tags", "length")]);
}

#[test]
fn each_tag_is_reported_at_its_own_place() {
    let tags = vec![
        "good".into(),
        "".into(),
        "x".repeat(51).into(),
        " ".into(),
        "a\nb".into(),
    ];
    let item = NewItem {
        tags,
        ..NewItem::named("Lamp")
    };
    assert_refused(
        &item,
        &[
            ("/tags/1", "length"),
            ("/tags/2", "length"),
            ("/tags/3", "blank"),
            ("/tags/4", "control_character"),
        ],
    );
}

#[test]
fn a_name_is_one_line_and_not_blank() {
    assert_refused(&NewItem::named("   "), &[("/name", "blank")]);
    assert_refused(
        &NewItem::named("a\u{0}b"),
        &[("/name", "control_character")],
    );
    assert_refused(&NewItem::named(" padded "), &[]);
}

#[test]
fn a_description_may_have_lines() {
    let item = NewItem {
        description: Some("one\n\ttwo".to_owned()),
        ..NewItem::named("Lamp")
    };
    assert_refused(&item, &[]);
}

#[test]
fn a_price_is_checked_inside_its_item() {
    let price = Some(Price {
        amount: "-1".to_owned(),
        currency: "eur".to_owned(),
    });
    let item = NewItem {
        price,
        ..NewItem::named("Lamp")
    };
    assert_refused(
        &item,
        &[("/price/amount", "amount"), ("/price/currency", "currency")],
    );
}

#[test]
fn messages_name_the_limit() {
    let item = NewItem {
        description: Some("x".repeat(4001)),
        tags: vec!["".into()],
        ..NewItem::named("")
    };
    let messages: Vec<_> = violations(&item)
        .into_iter()
        .map(|(_, _, message)| message)
        .collect();
    assert_eq!(
        messages,
        [
            "must be at most 4000 characters long",
            "must be 1 to 200 characters long",
            "must be 1 to 50 characters long",
        ]
    );
}

#[test]
fn an_unknown_member_is_refused() {
    let cases = [
        json!({"name": "Lamp", "colour": "green"}),
        json!({"name": "Lamp", "price": {"amount": "1", "currency": "EUR", "vat": "0.2"}}),
        json!({"name": "Lamp", "id": ItemId::new()}),
        json!({"name": "Lamp", "owner_id": UserId::new()}),
    ];
    for case in cases {
        assert!(
            serde_json::from_value::<NewItem>(case.clone()).is_err(),
            "{case}"
        );
    }
}

#[test]
fn only_the_name_is_required_and_null_means_absent() {
    let bare: NewItem = serde_json::from_value(json!({"name": "Lamp"})).unwrap();
    let nulls = json!({"name": "Lamp", "ownerId": null, "description": null, "price": null});
    assert_eq!(bare, NewItem::named("Lamp"));
    assert_eq!(serde_json::from_value::<NewItem>(nulls).unwrap(), bare);
}

#[test]
fn an_item_is_written_in_camel_case_without_what_is_absent() {
    let time: Timestamp = "2026-11-23T07:06:05.432Z".parse().unwrap();
    let id = ItemId::new();
    let item = Item {
        id,
        owner_id: None,
        name: "Lamp".to_owned(),
        description: None,
        price: None,
        tags: vec![],
        version: 1,
        created_at: time,
        updated_at: time,
    };
    let written = json!({
        "id": id, "name": "Lamp", "tags": [], "version": 1,
        "createdAt": "2026-11-23T07:06:05.432Z", "updatedAt": "2026-11-23T07:06:05.432Z",
    });
    assert_eq!(serde_json::to_value(&item).unwrap(), written);
    assert_eq!(serde_json::from_value::<Item>(written).unwrap(), item);
}

#[test]
fn the_rules_that_are_checked_are_published() {
    let schema = schema_for!(NewItem).to_value();
    let member = |name: &str| &schema["properties"][name];
    assert_eq!(schema["required"], json!(["name"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(member("name")["minLength"], 1);
    assert_eq!(member("name")["maxLength"], 200);
    assert_eq!(member("name")["pattern"], ONE_LINE);
    assert_eq!(member("description")["maxLength"], 4000);
    assert_eq!(member("tags")["maxItems"], 20);
    let tag = &schema["$defs"]["Tag"];
    assert_eq!(
        (&tag["minLength"], &tag["maxLength"]),
        (&json!(1), &json!(50))
    );
    assert_eq!(tag["pattern"], ONE_LINE);
    assert_eq!(schema["$defs"]["UserId"]["format"], "uuid");
    let price = &schema["$defs"]["Price"];
    assert!(price["properties"]["amount"]["pattern"].is_string());
    assert!(price["properties"]["currency"]["enum"].is_array());
}

#[test]
fn everything_published_is_described_and_the_example_is_valid() {
    for schema in [
        schema_for!(NewItem).to_value(),
        schema_for!(Item).to_value(),
    ] {
        for (name, member) in schema["properties"].as_object().unwrap() {
            let described = member.get("description").is_some_and(Value::is_string);
            assert!(described, "{name} in {}", schema["title"]);
        }
    }
    assert_refused(&example(), &[]);
}
