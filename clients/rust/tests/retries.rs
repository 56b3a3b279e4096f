//! What the client sends again, seen by a server that fails on purpose.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use fnurl_client::{Client, Condition, Error, ItemPatch, models::NewItem};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread::JoinHandle,
    time::Duration,
};

const ITEM: &str = r#"{"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"lamp","tags":[],"version":1,"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"}"#;
const THROTTLED: &str = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const REFUSED: &str =
    "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const GATEWAY: &str = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const CUT: &str = "HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: 500\r\n\r\n{";

/// Answers each connection with the next of these, and gives back the requests.
fn server(answers: Vec<String>) -> (Client, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = std::thread::spawn(move || {
        let answer = |answer: String| {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read(&stream);
            stream.write_all(answer.as_bytes()).unwrap();
            request
        };
        answers.into_iter().map(answer).collect()
    });
    let client = Client::builder(url).timeout(Duration::from_secs(5));
    (client.build().unwrap(), requests)
}

fn read(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut text, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        text.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    text + &String::from_utf8(body).unwrap()
}

fn item() -> String {
    let length = ITEM.len();
    format!(
        "HTTP/1.1 201 Created\r\netag: \"1\"\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{ITEM}"
    )
}

fn key(request: &str) -> &str {
    let line = request
        .lines()
        .find(|line| line.starts_with("idempotency-key: "));
    line.unwrap()
}

#[tokio::test]
async fn a_creation_is_sent_again_under_the_same_key_whatever_became_of_its_answer() {
    let answers = [THROTTLED, GATEWAY, CUT].map(str::to_owned);
    let (client, requests) = server(answers.into_iter().chain([item()]).collect());
    let began = std::time::Instant::now();
    let created = client.create_item(&NewItem::named("lamp")).await.unwrap();
    assert_eq!(created.name, "lamp");
    assert!(
        began.elapsed() >= Duration::from_secs(1),
        "retry-after is kept"
    );
    let requests = requests.join().unwrap();
    assert!(
        requests
            .iter()
            .all(|request| key(request) == key(&requests[0]))
    );
    assert!(
        requests
            .iter()
            .all(|request| request.ends_with(r#""tags":[]}"#))
    );
}

#[tokio::test]
async fn two_creations_have_two_keys() {
    let (client, requests) = server(vec![item(), item()]);
    client.create_item(&NewItem::named("lamp")).await.unwrap();
    client.create_item(&NewItem::named("lamp")).await.unwrap();
    let requests = requests.join().unwrap();
    assert_ne!(key(&requests[0]), key(&requests[1]));
}

#[tokio::test]
async fn a_conditional_write_is_sent_again_only_after_a_refusal() {
    let (client, requests) = server(vec![item(), REFUSED.to_owned(), THROTTLED.to_owned()]);
    let item = client.create_item(&NewItem::named("lamp")).await.unwrap();
    let condition = Condition::Unchanged(&item.tag);
    let vase = NewItem::named("vase");
    let failed = client.replace_item(item.id, &vase, condition);
    assert_eq!(failed.await.unwrap_err().status().unwrap(), 503);
    let requests = requests.join().unwrap();
    assert!(
        requests[1..]
            .iter()
            .all(|request| request.contains("if-match: \"1\""))
    );
}

#[tokio::test]
async fn a_patch_whose_answer_is_lost_is_left_to_the_caller() {
    let (client, requests) = server(vec![item(), CUT.to_owned()]);
    let item = client.create_item(&NewItem::named("lamp")).await.unwrap();
    let patch = ItemPatch::default();
    let lost = client.patch_item(item.id, &patch, Condition::Any);
    let lost = lost.await.unwrap_err();
    assert!(matches!(lost, Error::NoAnswer { .. }), "{lost:?}");
    requests.join().unwrap();
}

#[tokio::test]
async fn whoever_fails_on_and_on_is_left_alone_after_four_tries() {
    let (client, requests) = server(vec![GATEWAY.to_owned(); 4]);
    let failed = client.health().await.unwrap_err();
    assert_eq!(failed.status().unwrap(), 502);
    assert_eq!(requests.join().unwrap().len(), 4);
}
