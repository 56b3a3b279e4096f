//! What a call of DynamoDB costs the application, with the engine of the local function URL.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;
use crate::counted::{connects, instructions, system_calls};
use crate::event::body;
use crate::function::{Function, Program, Tool};
use crate::programs::Programs;
use crate::server::Server;
use crate::spread::Spread;

/// Starts of the application, for the first calls.
const STARTS: usize = 20;

/// The application with a table, which is there as long as this is.
pub(crate) struct StorePath {
    /// The application, asked what reaches the table, and its health for comparison.
    program: Program,
    /// The URL of the DynamoDB.
    pub(crate) endpoint: String,
    _database: Server,
    _data: tempfile::TempDir,
}

impl StorePath {
    pub(crate) async fn start(programs: &Programs, fnurl: &Path) -> Result<Self, Failure> {
        let data = tempfile::tempdir()?;
        let mut database = Server::local_url(fnurl, programs.application(), data.path(), 1).await?;
        let endpoint = database.tables().await?;
        let mut program = programs.bootstrap_with_table(&endpoint)?;
        let item = created(&program).await?;
        for case in &mut program.cases {
            let payload = String::from_utf8(case.payload.to_vec())?;
            case.payload = payload.replace("{itemId}", &item).into();
        }
        Ok(Self {
            program,
            endpoint,
            _database: database,
            _data: data,
        })
    }

    /// A table of what each event costs, and a line about first calls.
    pub(crate) async fn write(&self, page: &mut String) -> Result<(), Failure> {
        write!(
            page,
            "\n## DynamoDB path\n\n| event | instructions | … of the store | system calls | connections opened |\n|---|---:|---:|---:|---:|\n"
        )?;
        let mut without = None;
        for case in &self.program.cases {
            let only = self.program.only(&case.name);
            let counted = instructions(&only).await?;
            let without = *without.get_or_insert(counted);
            writeln!(
                page,
                "| {} | {counted:.0} | {:.0} | {:.1} | {:.2} |",
                case.name,
                counted - without,
                system_calls(&only).await?,
                connects(&only).await?
            )?;
        }
        self.write_first_calls(page).await
    }

    async fn write_first_calls(&self, page: &mut String) -> Result<(), Failure> {
        let read = self.program.only("read");
        let (mut start, mut first, mut second) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..STARTS {
            let mut function = Function::start(&read, Tool::Nothing).await?;
            start.push(millis(function.first_next));
            for times in [&mut first, &mut second] {
                let began = Instant::now();
                function.round().await?;
                times.push(millis(began.elapsed()));
            }
        }
        writeln!(
            page,
            "\nA cold start with the first call to the table in its init takes {} ms until the first `/next`; the \
             first read after it {} ms, the second {} ms.",
            Spread::of(&start),
            Spread::of(&first),
            Spread::of(&second)
        )?;
        Ok(())
    }
}

/// Has the application create its table and an item; gives the item's id.
async fn created(program: &Program) -> Result<String, Failure> {
    let mut create = program.only("create");
    create.environment.push(("CREATE_TABLE", "true".to_owned()));
    let case = create.cases.first().ok_or("no event creates an item")?;
    let mut function = Function::start(&create, Tool::Nothing).await?;
    let result = function.invoke(&case.payload).await?;
    case.expected.check(&result)?;
    let item: Value = serde_json::from_slice(&body(&result)?)?;
    let id = item.get("id").and_then(Value::as_str);
    Ok(id.ok_or("an item has no id")?.to_owned())
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
