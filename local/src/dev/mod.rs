//! `fnurl dev`: a function URL on this machine, in front of any Lambda program.
//!
//! ```text
//! client ─HTTP─► url ─► url::event ─► function::instances ─► runtime_api ─HTTP─► the function
//! client ◄─HTTP─ url ◄─ url::answer ◄─ function::lifecycle ◄─ runtime_api ◄─HTTP─ the function
//! ```
//! Imports go one way: control → url → function → iam → data; `server`, `limits` and `log` stand
//! below all of them.
//!
//! | folder | what it does |
//! |---|---|
//! | `control` | the control port: the local STS and the Invoke API |
//! | `url` | the front door: a request becomes an event, a result becomes a response |
//! | `function` | the program: processes, the Runtime API, building it |
//! | `iam` | signatures, principals, roles, sessions |
//! | `data` | what lasts, in the data folder: tables, keys, the URL's id |
//! | `server` | what every port has: its guard, its accept loop, reading a body |

mod clock;
mod control;
mod data;
mod function;
mod greeting;
mod iam;
mod interrupt;
mod limits;
mod log;
mod memory;
mod options;
mod server;
mod start_error;
mod url;

pub(crate) use iam::PROFILE;
pub(crate) use options::{Options, region};
pub(crate) use start_error::StartError;

use control::{Control, InvokeApi};
use data::{DataLock, dynamodb::Embedded, url_id};
use function::{
    Executable, Function, Instances,
    build::{Watch, cargo},
};
use greeting::Greeting;
use iam::{Authority, Sources};
use interrupt::Interrupt;
use options::{Auth, Tables};
use server::Guard;
use std::{
    io,
    sync::{Arc, Once},
};
use tokio::{net::TcpListener, runtime, task::JoinHandle};
use url::{Cors, CorsConfig, FrontDoor, Hosts};

/// Runs `fnurl dev` until it is interrupted.
///
/// # Errors
/// [`StartError`] when it cannot start; once it listens, nothing ends it but a signal.
pub(crate) fn main(options: &Options) -> Result<(), StartError> {
    memory::keep_threshold();
    log::use_form(log::Form::new(options.json, options.lambda_log));
    function::raise_open_files();
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(run(options));
    log::finish();
    outcome
}

async fn run(options: &Options) -> Result<(), StartError> {
    let mut interrupt = Interrupt::listen()?;
    let running = tokio::select! {
        running = Running::start(options) => running?,
        () = interrupt.received() => return Ok(()),
    };
    interrupt.received().await;
    running.stop().await;
    Ok(())
}

/// Everything that has to be stopped, in this order.
#[derive(Debug)]
struct Running {
    front_door: JoinHandle<()>,
    control: JoinHandle<()>,
    watch: Option<JoinHandle<()>>,
    instances: Arc<Instances>,
    embedded: Option<Embedded>,
    /// Held to the end: released after the files are closed.
    _lock: DataLock,
}

impl Running {
    /// What may be refused at once comes first, the build last.
    async fn start(options: &Options) -> Result<Self, StartError> {
        let cors = options.cors.as_deref().map(CorsConfig::read).transpose()?;
        let listener = listen(&options.host, options.port, "--port").await?;
        let address = listener.local_addr()?;
        let control_port = options.control_port(address.port());
        let control_listener = listen(&options.host, control_port, "--control-port").await?;
        let lock = DataLock::take(&options.data)?;
        let url_id = match &options.url_id {
            Some(id) => id.clone(),
            None => url_id::of(&options.data)?,
        };
        let clock = options.clock.unwrap_or_default();
        let authority = Arc::new(
            Authority::new(&Sources {
                data: &options.data,
                credentials: options.credentials.as_deref(),
                roles: options.roles.as_deref(),
                region: &options.region,
                clock,
            })
            .await?,
        );
        let (embedded, endpoint, place) = match &options.dynamodb {
            Tables::Embedded => {
                let embedded = Embedded::start(&options.data)?;
                let (endpoint, place) = (
                    format!("http://{}", embedded.address),
                    greeting::place(&embedded),
                );
                (Some(embedded), endpoint, place)
            }
            Tables::At(url) => (None, url.clone(), url.clone()),
        };
        let key = embedded.as_ref().map(|it| &it.key);
        // Before the build: what is changed during it counts.
        let watch = match options.watch {
            true => Some(Watch::start(&options.bin, options.release).await?),
            false => None,
        };
        let function = Function::new(executable(options).await?, options, &endpoint, key);
        let program = function.program.clone();
        let instances = Arc::new(Instances::new(
            function,
            options.concurrency,
            options.reserved_concurrency,
        ));
        let front_door = FrontDoor {
            instances: Arc::clone(&instances),
            hosts: Hosts::new(&url_id, &options.region, &options.host),
            region: options.region.clone(),
            url_id,
            clock,
            authority: (options.auth == Auth::Iam).then(|| Arc::clone(&authority)),
            invoke_mode: options.invoke_mode,
            warned_of_mode: Once::new(),
            cors: cors.map(Cors::new),
        };
        let front_door = tokio::spawn(Arc::new(front_door).serve(listener));
        let watch = watch.map(|watch| tokio::spawn(watch.run(Arc::clone(&instances))));
        Greeting {
            address,
            control: control_listener.local_addr()?,
            function: &program,
            tables: &place,
            auth: options.auth,
            credentials: &authority.credentials,
            region: &options.region,
        }
        .say();
        let control = Control {
            invoke_api: InvokeApi {
                instances: Arc::clone(&instances),
                authority: (options.auth == Auth::Iam).then(|| Arc::clone(&authority)),
            },
            authority,
            guard: Guard::new(&options.host, &options.allow_origin),
        };
        let control = tokio::spawn(Arc::new(control).serve(control_listener));
        Ok(Self {
            front_door,
            control,
            watch,
            instances,
            embedded,
            _lock: lock,
        })
    }

    async fn stop(self) {
        self.front_door.abort();
        self.control.abort();
        if let Some(watch) = self.watch {
            watch.abort();
        }
        self.instances.stop().await;
        if let Some(embedded) = self.embedded {
            embedded.stop();
        }
    }
}

async fn listen(host: &str, port: u16, option: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind((host, port))
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse { port, option },
            _ => StartError::Listen {
                host: host.to_owned(),
                port,
                source,
            },
        })
}

async fn executable(options: &Options) -> Result<Executable, StartError> {
    match (&options.function, options.command.split_first()) {
        (Some(path), _) => Executable::find(std::path::absolute(path)?.as_os_str(), &[]),
        (None, Some((program, arguments))) => Executable::find(program, arguments),
        (None, None) => {
            let path = cargo::build(&options.bin, options.release).await?;
            Executable::find(path.as_os_str(), &[])
        }
    }
}
