//! What clients are answered when DynamoDB fails, and what is left behind.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::time::{Duration, Instant};

use fnurl::testing::{TestApi, TestRequest, TestResponse};
use models::Store;
use models::testing::Fault::{Answer, CutAnswer, Hang, LoseAnswer, Reset};
use models::testing::{Fault, Proxy, client_at, embedded_endpoint, unique_table};
use serde_json::{Value, json};

/// More than the store ever tries.
const ON_AND_ON: usize = 12;
/// The store's bound, and time to answer.
const SOON: Duration = Duration::from_millis(3_500);
const FAULTS: [Fault; 6] = [
    Answer(400, "ProvisionedThroughputExceededException"),
    Answer(500, "InternalServerError"),
    Reset,
    Hang,
    CutAnswer,
    LoseAnswer,
];

/// The routes on a database that fails when it is told to, and the same ones on one that does not.
struct Subject {
    api: TestApi,
    proxy: Proxy,
    sound: TestApi,
}

impl Subject {
    async fn new() -> Self {
        let engine = std::env::var("DYNAMODB_LOCAL_URL");
        let engine = engine.unwrap_or_else(|_| embedded_endpoint().to_owned());
        let table = unique_table();
        let proxy = Proxy::start(&engine, &[]).await;
        let at = |endpoint: &str| Store::new(client_at(endpoint), table.clone());
        at(&engine).create_table().await.unwrap();
        let api = |endpoint| TestApi::new(routes::api(at(endpoint)).unwrap()).assert_contract();
        Self {
            api: api(&proxy.endpoint),
            sound: api(&engine),
            proxy,
        }
    }

    /// Makes a call while the database fails, and checks that the answer comes in time.
    async fn during(
        &self,
        fault: Fault,
        times: usize,
        call: impl FnOnce(&TestApi) -> TestRequest<'_>,
    ) -> TestResponse {
        self.proxy.fail_with(&vec![fault; times]);
        let began = Instant::now();
        let answer = call(&self.api).await;
        assert!(began.elapsed() < SOON, "{fault:?}: {:?}", began.elapsed());
        self.proxy.fail_with(&[]);
        answer
    }

    async fn count(&self, list: &str) -> usize {
        let page: Value = self.sound.get(list).await.json(200);
        page[list.trim_start_matches('/')].as_array().unwrap().len()
    }

    async fn created(&self) -> String {
        let lamp = json!({"name": "Lamp"});
        let created = self.sound.post("/items").json(&lamp).await;
        created.header("location").unwrap().to_owned()
    }
}

/// The one answer that a failing database may give: try again, and nothing of its words.
#[track_caller]
fn is_unavailable(answer: &TestResponse, fault: Fault) {
    let problem = answer.problem(503);
    assert_eq!(answer.header("retry-after"), Some("1"), "{fault:?}");
    let text = problem.to_string();
    assert!(!text.contains("arn:aws"), "{fault:?}: {text}");
}

#[tokio::test]
async fn a_fault_that_passes_is_not_seen_by_clients() {
    let subject = Subject::new().await;
    for fault in FAULTS {
        let location = subject.created().await;
        let desk = json!({"name": "Desk"});
        let replaced = subject.during(fault, 1, |api| {
            api.put(&location).header("if-match", "\"1\"").json(&desk)
        });
        assert_eq!(replaced.await.json::<Value>(200)["version"], 2, "{fault:?}");
        let before = subject.count("/items").await;
        let created = subject.during(fault, 1, |api| api.post("/items").json(&desk));
        created.await.assert_status(201);
        assert_eq!(subject.count("/items").await, before + 1, "{fault:?}");
        let deleted = subject.during(fault, 1, |api| {
            api.delete(&location).header("if-match", "\"2\"")
        });
        deleted.await.assert_status(204);
        let read = subject.during(fault, 1, |api| api.get("/items"));
        read.await.assert_status(200);
    }
}

#[tokio::test]
async fn a_sign_up_whose_answer_is_lost_is_no_conflict_with_itself() {
    let subject = Subject::new().await;
    for (index, fault) in FAULTS.into_iter().enumerate() {
        let user = json!({"email": format!("user{index}@example.org"), "name": "Ada"});
        let created = subject.during(fault, 1, |api| api.post("/users").json(&user));
        created.await.assert_status(201);
        assert_eq!(subject.count("/users").await, index + 1, "{fault:?}");
        let again = subject.sound.post("/users").json(&user).await;
        again.assert_status(409);
    }
}

#[tokio::test]
async fn a_fault_that_stays_is_503_with_retry_after_and_no_false_conflict() {
    let subject = Subject::new().await;
    for fault in FAULTS {
        let location = subject.created().await;
        let desk = json!({"name": "Desk"});
        let read = subject
            .during(fault, ON_AND_ON, |api| api.get(&location))
            .await;
        is_unavailable(&read, fault);
        let listed = subject
            .during(fault, ON_AND_ON, |api| api.get("/items"))
            .await;
        is_unavailable(&listed, fault);
        let replaced = subject.during(fault, ON_AND_ON, |api| {
            api.put(&location).header("if-match", "\"1\"").json(&desk)
        });
        is_unavailable(&replaced.await, fault);
        let stored: Value = subject.sound.get(&location).await.json(200);
        let is_whole = matches!(
            (stored["version"].as_u64(), stored["name"].as_str()),
            (Some(1), Some("Lamp")) | (Some(2), Some("Desk"))
        );
        assert!(is_whole, "{fault:?}: {stored}");
    }
}

fn creation<'a>(api: &'a TestApi, key: &str) -> TestRequest<'a> {
    let lamp = json!({"name": "Lamp"});
    api.post("/items")
        .header("idempotency-key", key)
        .json(&lamp)
}

#[tokio::test]
async fn a_key_brings_a_creation_to_its_end_that_a_fault_has_interrupted() {
    let subject = Subject::new().await;
    for (index, fault) in FAULTS.into_iter().enumerate() {
        let key = format!("order-{index}");
        let interrupted = subject.during(fault, ON_AND_ON, |api| creation(api, &key));
        let interrupted = interrupted.await;
        is_unavailable(&interrupted, fault);
        let first = creation(&subject.sound, &key).await;
        let second = creation(&subject.sound, &key).await;
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        assert_eq!(first.json::<Value>(201), second.json::<Value>(201));
        assert_eq!(subject.count("/items").await, index + 1, "{fault:?}");
    }
}
