//! The words of the OpenAPI document: what the types of the handlers cannot say.
//!
//! The program that runs in Lambda is built without them.

use fnurl::contract::openapi::{Document, DocumentError, OperationProse, Prose};
use models::Store;
use serde_json::{Value, json};

use crate::api;

const DESCRIPTION: &str = "\
Items and the users they belong to.

**Errors** are problem details (RFC 9457). Everything that is wrong with a request is listed at once \
in `errors`, each with a JSON Pointer or the name of a parameter.

**Versions**: every representation has an `ETag`. Send it as `If-Match` to change only what you have \
read, and as `If-None-Match` to read only what is new.

**Retries**: send an `Idempotency-Key` with `POST`, and sending the request again has no second effect.

**Pages**: follow `Link: <…>; rel=\"next\"`, or send `nextCursor` as `cursor`.";

/// The OpenAPI document of the application.
///
/// # Errors
/// An operation without words, words without an operation, or routes that contradict each other.
pub fn openapi(store: Store) -> Result<Document, Box<dyn std::error::Error>> {
    let contract = api(store)?.contract();
    let document: Result<Document, DocumentError> = contract.openapi(&Prose {
        title: "Items".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: DESCRIPTION.to_owned(),
        license: Some("MIT OR Apache-2.0".to_owned()),
        aws_iam: true,
        servers: owned(&[
            ("/", "Where this document is"),
            ("http://127.0.0.1:9000", "`make dev`"),
        ]),
        tags: owned(&[
            ("items", "Things that somebody offers."),
            ("users", "Whom items belong to."),
            ("health", "How the service is."),
        ]),
        operations: [
            health_operations().into_iter().collect::<Vec<_>>(),
            item_operations().into_iter().collect(),
            user_operations().into_iter().collect(),
        ]
        .into_iter()
        .flatten()
        .map(|(id, prose)| (id.to_owned(), prose))
        .collect(),
    });
    Ok(document?)
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |&(one, other): &(&str, &str)| (one.to_owned(), other.to_owned());
    pairs.iter().map(owned).collect()
}

fn words(tag: &str, summary: &str, description: &str) -> OperationProse {
    OperationProse {
        tag: tag.to_owned(),
        summary: summary.to_owned(),
        description: description.to_owned(),
        ..OperationProse::default()
    }
}

fn health_operations() -> [(&'static str, OperationProse); 2] {
    [
        (
            "healthLive",
            OperationProse {
                response: Some(json!({"status": "pass"})),
                ..words("health", "Is the process up?", "Touches nothing else.")
            },
        ),
        (
            "healthReady",
            OperationProse {
                response: Some(json!({
                    "status": "pass",
                    "checks": {"dynamodb:responseTime": [{
                        "componentType": "datastore", "status": "pass",
                        "observedValue": 4, "observedUnit": "ms",
                    }]},
                })),
                ..words(
                    "health",
                    "Does the database answer?",
                    "503 when it does not within a second, with the check that failed.",
                )
            },
        ),
    ]
}

fn item() -> Value {
    json!({
        "id": "0194a3c5-7c3e-7d62-9b1a-6f0d3b2f4c11", "name": "Desk lamp",
        "description": "Brass, with a green shade", "price": {"amount": "19.99", "currency": "EUR"},
        "tags": ["lighting", "office"], "version": 1,
        "createdAt": "2026-11-23T07:06:05.432Z", "updatedAt": "2026-11-23T07:06:05.432Z",
    })
}

fn new_item() -> Value {
    json!({
        "name": "Desk lamp", "description": "Brass, with a green shade",
        "price": {"amount": "19.99", "currency": "EUR"}, "tags": ["lighting", "office"],
    })
}

fn item_operations() -> [(&'static str, OperationProse); 7] {
    [
        (
            "itemsList",
            OperationProse {
                response: Some(json!({"items": [item()], "nextCursor": "AAAB"})),
                ..words(
                    "items",
                    "List items",
                    "Newest first. An item that exists throughout is listed once, whatever is created or deleted meanwhile.",
                )
            },
        ),
        (
            "itemsCreate",
            OperationProse {
                request: Some(new_item()),
                response: Some(item()),
                ..words(
                    "items",
                    "Create an item",
                    "With an `Idempotency-Key`, sending the request again creates nothing and gets the same answer.",
                )
            },
        ),
        (
            "itemsRead",
            OperationProse {
                response: Some(item()),
                ..words(
                    "items",
                    "Read an item",
                    "304 when the client has this version already.",
                )
            },
        ),
        (
            "itemsReplace",
            OperationProse {
                request: Some(new_item()),
                response: Some(item()),
                ..words(
                    "items",
                    "Replace an item",
                    "As a whole: what the body leaves out is gone. With `If-Match`, only if nobody has changed it meanwhile.",
                )
            },
        ),
        (
            "itemsUpdate",
            OperationProse {
                request: Some(
                    json!({"price": {"amount": "17.50", "currency": "EUR"}, "description": null}),
                ),
                response: Some(item()),
                ..words(
                    "items",
                    "Change an item",
                    "A merge patch (RFC 7396): members that are absent stay, null takes a member away. A patch that changes nothing keeps the version.",
                )
            },
        ),
        (
            "itemsRemove",
            words(
                "items",
                "Delete an item",
                "With `If-Match`, only if nobody has changed it meanwhile.",
            ),
        ),
        (
            "itemsExport",
            OperationProse {
                response: Some(json!(format!("{}\n{{\"end\":true,\"count\":1}}\n", item()))),
                ..words(
                    "items",
                    "Export all items",
                    "One JSON object a line, newest first. The last line is `{\"end\":true,\"count\":…}`: without it the export is incomplete. More than 6 MB need a function URL that streams.",
                )
            },
        ),
    ]
}

fn user() -> Value {
    json!({
        "id": "0194a3c5-7c3e-7d62-9b1a-6f0d3b2f4c12", "email": "ada@example.org", "name": "Ada Lovelace",
        "version": 1, "createdAt": "2026-11-23T07:06:05.432Z", "updatedAt": "2026-11-23T07:06:05.432Z",
    })
}

fn new_user() -> Value {
    json!({"email": "ada@example.org", "name": "Ada Lovelace"})
}

fn user_operations() -> [(&'static str, OperationProse); 8] {
    [
        (
            "usersList",
            OperationProse {
                response: Some(json!({"users": [user()]})),
                ..words("users", "List users", "Newest first.")
            },
        ),
        (
            "usersCreate",
            OperationProse {
                request: Some(new_user()),
                response: Some(user()),
                ..words(
                    "users",
                    "Create a user",
                    "No two users have the same e-mail address, where upper and lower case make no difference: 409 otherwise.",
                )
            },
        ),
        (
            "usersMe",
            OperationProse {
                response: Some(json!({
                    "arn": "arn:aws:sts::111122223333:assumed-role/reader/ada",
                    "principalId": "AROAEXAMPLE:ada", "accountId": "111122223333",
                })),
                ..words(
                    "users",
                    "Who am I?",
                    "The IAM identity that signed the request; 403 without one.",
                )
            },
        ),
        (
            "usersRead",
            OperationProse {
                response: Some(user()),
                ..words(
                    "users",
                    "Read a user",
                    "304 when the client has this version already.",
                )
            },
        ),
        (
            "usersReplace",
            OperationProse {
                request: Some(new_user()),
                response: Some(user()),
                ..words(
                    "users",
                    "Replace a user",
                    "409 when somebody else has the e-mail address.",
                )
            },
        ),
        (
            "usersUpdate",
            OperationProse {
                request: Some(json!({"name": "Countess of Lovelace"})),
                response: Some(user()),
                ..words("users", "Change a user", "A merge patch (RFC 7396).")
            },
        ),
        (
            "usersRemove",
            words(
                "users",
                "Delete a user",
                "409 while items belong to the user. With `withItems=true` they are deleted too, 100 in one call: 202 says that the same request has to be sent again.",
            ),
        ),
        (
            "usersItems",
            OperationProse {
                response: Some(json!({"items": [item()]})),
                ..words("users", "List a user's items", "Newest first.")
            },
        ),
    ]
}
