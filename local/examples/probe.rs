//! A Lambda function that does what the tests of `fnurl dev` ask for, chosen by the path.
//!
//! ```text
//! cargo build --example probe && cargo run -- dev --function target/debug/examples/probe
//! ```

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::io::Write;

/// With `PROBE_INIT` set, init fails in the way it says.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match std::env::var("PROBE_INIT").as_deref() {
        Ok("exit") => std::process::exit(3),
        Ok("hang") => std::future::pending().await,
        // Hangs the first time: what it leaves behind says that it has been here.
        Ok(path) if std::fs::File::create_new(path).is_ok() => std::future::pending().await,
        _ => lambda_runtime::run(service_fn(answer)).await,
    }
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let path = event.payload["rawPath"].as_str().unwrap_or_default();
    match path {
        "/abort" => std::process::abort(),
        "/exit" => std::process::exit(0),
        "/error" => Err("the function's own secret".into()),
        "/hang" => {
            println!("begins to hang");
            std::future::pending().await
        }
        "/gate" => Ok(wait_at_gate(&event.payload).await),
        // Answers exactly the JSON it is sent.
        "/raw" => Ok(serde_json::from_str(
            event.payload["body"].as_str().unwrap_or_default(),
        )?),
        "/large" => Ok(Value::String("x".repeat(7 * 1024 * 1024))),
        "/environment" => Ok(std::env::vars().collect()),
        "/context" => Ok(serde_json::to_value(&event.context)?),
        "/pid" => Ok(json!(std::process::id())),
        "/child" => Ok(json!(start_child()?)),
        "/log-json" => {
            println!(r#"{{"level":"INFO","message":"structured"}}"#);
            Ok(Value::Null)
        }
        "/talk" => Ok(talk()?),
        "/die" => Ok(die_at_gate(&event.payload)),
        _ => Ok(event.payload),
    }
}

/// Says that it has arrived, by a connection to the port in the query, and waits for its end.
async fn wait_at_gate(event: &Value) -> Value {
    let port = port_of_gate(event);
    let waited = tokio::task::spawn_blocking(move || pass_gate(&port));
    json!({"pid": std::process::id(), "is_opened": matches!(waited.await, Ok(Ok(())))})
}

fn port_of_gate(event: &Value) -> String {
    let port = event["queryStringParameters"]["port"].as_str();
    port.unwrap_or_default().to_owned()
}

fn pass_gate(port: &str) -> std::io::Result<()> {
    let mut gate = std::net::TcpStream::connect(format!("127.0.0.1:{port}"))?;
    gate.write_all(b"!")?;
    std::io::copy(&mut gate, &mut std::io::sink())?;
    Ok(())
}

/// A process of its own, which would outlive this one by far.
fn start_child() -> std::io::Result<u32> {
    let child = std::process::Command::new("sleep").arg("600").spawn()?;
    Ok(child.id())
}

fn talk() -> std::io::Result<Value> {
    writeln!(std::io::stdout(), "said on stdout")?;
    writeln!(std::io::stderr(), "said on stderr")?;
    Ok(json!({"statusCode": 204}))
}

/// Answers, and ends the process once the gate opens.
fn die_at_gate(event: &Value) -> Value {
    let port = port_of_gate(event);
    std::thread::spawn(move || {
        let is_opened = pass_gate(&port).is_ok();
        std::process::exit(if is_opened { 0 } else { 1 });
    });
    json!(std::process::id())
}
