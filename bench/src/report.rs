//! Every figure of every program, as a page.

use std::fmt::Write;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use flate2::{Compression, write::DeflateEncoder};

use crate::Failure;
use crate::counted::{instructions, system_calls};
use crate::function::Program;
use crate::local_url::{CLIENTS, LocalUrl, local_url};
use crate::programs::Programs;
use crate::spread::{Spread, quantile};
use crate::store_path::StorePath;
use crate::timed::{Timed, timed};

/// What was measured of one program.
struct Measured {
    program: Program,
    instructions: f64,
    health: f64,
    system_calls: f64,
    timed: Timed,
    size: u64,
    zip: usize,
}

/// Measures everything and writes the page.
pub(crate) async fn report(programs: &Programs, fnurl: &Path) -> Result<String, Failure> {
    let store_path = StorePath::start(programs, fnurl).await?;
    let measured = measure(programs, &store_path.endpoint).await?;
    let mut page = String::from(INTRODUCTION);
    write!(page, "\n{}\n", about_the_machine()?)?;
    write_figures(&mut page, &measured)?;
    store_path.write(&mut page).await?;
    let local_url = local_url(fnurl, programs.application()).await?;
    write_targets(&mut page, &measured, &local_url)?;
    write!(
        page,
        "\n{CLIENTS} clients ask the local function URL for `/health`: {local_url}.\n"
    )?;
    Ok(page)
}

const INTRODUCTION: &str = "# How fast it is

Written by `make bench`; what is measured and how is in [README.md](README.md). Every program is
built with the same release profile, is asked the same events, and has every answer checked.
Ratios are of figures from this one run, in which the programs took turns. In brackets: quartiles.
";

/// In the order of the page's columns.
async fn measure(programs: &Programs, database: &str) -> Result<Vec<Measured>, Failure> {
    let all = [
        programs.bare()?,
        programs.bare_ct()?,
        programs.axum()?,
        programs.fnurl()?,
        programs.fnurl_without_log()?,
        programs.fnurl_with_more_routes()?,
        programs.bootstrap()?.with_database(database),
    ];
    let times = timed(&all.each_ref()).await?;
    let mut measured = Vec::new();
    for (program, timed) in all.into_iter().zip(times) {
        let binary = fs::read(&program.path)?;
        measured.push(Measured {
            instructions: instructions(&program).await?,
            health: instructions(&program.only("health")).await?,
            system_calls: system_calls(&program).await?,
            timed,
            size: binary.len() as u64,
            zip: zip_size(&binary)?,
            program,
        });
    }
    Ok(measured)
}

/// As large as a zip with one file: its bytes deflated, and 22 + 30 + 46 bytes and twice the name.
fn zip_size(binary: &[u8]) -> Result<usize, Failure> {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(binary)?;
    Ok(deflate.finish()?.len() + 98 + 2 * "bootstrap".len())
}

fn about_the_machine() -> Result<String, Failure> {
    let cpu_info = fs::read_to_string("/proc/cpuinfo")?;
    let field = |name: &str| {
        let line = cpu_info.lines().find(|line| line.starts_with(name));
        line.and_then(|it| it.split_once(": "))
            .map_or("unknown", |(_, value)| value)
    };
    let cores = std::thread::available_parallelism()?;
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    Ok(format!(
        "- {}, Linux {}\n- {cores} cores of {}, {}, load {load} at the end\n- {}, {}, {}\n",
        said_by("date", &["-u", "+%Y-%m-%d"])?,
        said_by("uname", &["-r"])?,
        field("model name"),
        std::env::consts::ARCH,
        said_by("rustc", &["--version"])?,
        said_by("valgrind", &["--version"])?,
        said_by("git", &["describe", "--always", "--dirty"])?,
    ))
}

fn said_by(program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|err| format!("{program}: {err}"))?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// One line of a table: what it is called, and its cell for a program.
type Line = (&'static str, fn(&Measured) -> String);

const LINES: [Line; 13] = [
    ("instructions per invocation", |it| {
        format!("{:.0}", it.instructions)
    }),
    ("… of `GET /health`", |it| format!("{:.0}", it.health)),
    ("CPU per invocation, µs", |it| {
        format!("{:.1}", Spread::of(&it.timed.cpu_us))
    }),
    ("answer, p50, µs", |it| {
        format!("{:.0}", quantile(&it.timed.wall_us, 0.5))
    }),
    ("answer, p99, µs", |it| {
        format!("{:.0}", quantile(&it.timed.wall_us, 0.99))
    }),
    ("system calls per invocation", |it| {
        format!("{:.2}", it.system_calls)
    }),
    ("connections per process", |it| {
        it.timed.connections.to_string()
    }),
    ("exec → first `/next`, ms", |it| {
        format!("{:.2}", Spread::of(&it.timed.start_wall_ms))
    }),
    ("CPU until then, ms", |it| {
        format!("{:.2}", Spread::of(&it.timed.start_cpu_ms))
    }),
    ("peak memory, MB", |it| {
        format!("{:.2}", it.timed.peak_memory_kib as f64 * 1024e-6)
    }),
    ("events", |it| it.program.cases.len().to_string()),
    ("program, MB", |it| format!("{:.2}", it.size as f64 / 1e6)),
    ("zip, MB", |it| format!("{:.2}", it.zip as f64 / 1e6)),
];

fn write_figures(page: &mut String, measured: &[Measured]) -> Result<(), Failure> {
    write!(page, "\n## Figures\n\n|")?;
    for it in measured {
        write!(page, " | {}", it.program.name)?;
    }
    writeln!(page, " |\n|---|{}", "---:|".repeat(measured.len()))?;
    for (name, cell) in LINES {
        write!(page, "| {name}")?;
        for it in measured {
            write!(page, " | {}", cell(it))?;
        }
        writeln!(page, " |")?;
    }
    Ok(())
}

/// One target: what it is, the figure, and the most it may be.
struct Target {
    name: &'static str,
    figure: String,
    is_reached: bool,
    target: String,
}

impl Target {
    fn most(name: &'static str, figure: f64, most: f64) -> Self {
        Self {
            name,
            figure: format!("{figure:.3}"),
            is_reached: figure <= most,
            target: format!("≤ {most:.2}"),
        }
    }

    fn ratio(name: &'static str, ours: &[f64], theirs: &[f64], most: f64) -> Self {
        let spread = Spread::of_ratios(ours, theirs);
        Self {
            figure: spread.to_string(),
            ..Self::most(name, spread.median, most)
        }
    }

    fn least(name: &'static str, ours: &[f64], theirs: &[f64], least: f64) -> Self {
        let spread = Spread::of_ratios(ours, theirs);
        Self {
            name,
            figure: spread.to_string(),
            is_reached: spread.median >= least,
            target: format!("≥ {least:.2}"),
        }
    }

    fn exactly(name: &'static str, figure: f64, exactly: f64) -> Self {
        Self {
            name,
            figure: format!("{figure:.2}"),
            is_reached: (figure - exactly).abs() < 0.01,
            target: format!("{exactly:.0}"),
        }
    }
}

fn write_targets(
    page: &mut String,
    measured: &[Measured],
    local_url: &LocalUrl,
) -> Result<(), Failure> {
    writeln!(
        page,
        "\n## Targets\n\n| figure | target | measured | reached |\n|---|---|---|---|"
    )?;
    let local_url = Target::least(
        "requests a second, `fnurl dev` / bare proxy",
        &local_url.fnurl,
        &local_url.proxy,
        0.8,
    );
    for it in targets(measured)?.into_iter().chain([local_url]) {
        let reached = if it.is_reached { "yes" } else { "no" };
        writeln!(
            page,
            "| {} | {} | {} | {reached} |",
            it.name, it.target, it.figure
        )?;
    }
    Ok(())
}

fn targets(measured: &[Measured]) -> Result<Vec<Target>, Failure> {
    let [bare, bare_ct, axum, fnurl, no_log, more_routes, bootstrap] = measured else {
        return Err("not every program was measured".into());
    };
    let start = |it: &'_ Measured| Spread::of(&it.timed.start_cpu_ms).median;
    Ok(vec![
        Target::most(
            "instructions, store-less / bare-ct",
            fnurl.instructions / bare_ct.instructions,
            0.95,
        ),
        Target::most(
            "instructions, store-less / axum",
            fnurl.instructions / axum.instructions,
            0.66,
        ),
        Target::most(
            "instructions of `GET /health`, store-less / bare-ct",
            fnurl.health / bare_ct.health,
            0.7,
        ),
        Target::most(
            "… without the log line",
            no_log.health / bare_ct.health,
            0.7,
        ),
        Target::ratio(
            "CPU, store-less / bare",
            &fnurl.timed.cpu_us,
            &bare.timed.cpu_us,
            0.55,
        ),
        Target::ratio(
            "CPU, store-less / axum on one thread",
            &fnurl.timed.cpu_us,
            &axum.timed.cpu_us,
            0.9,
        ),
        Target::exactly(
            "system calls per invocation, store-less",
            fnurl.system_calls,
            8.0,
        ),
        Target::exactly("… without the log line", no_log.system_calls, 8.0),
        Target::exactly(
            "system calls per invocation, bootstrap",
            bootstrap.system_calls,
            8.0,
        ),
        Target::exactly(
            "connections per process, store-less",
            fnurl.timed.connections as f64,
            1.0,
        ),
        Target::ratio(
            "CPU at start, store-less / bare",
            &fnurl.timed.start_cpu_ms,
            &bare.timed.start_cpu_ms,
            0.92,
        ),
        Target::ratio(
            "CPU at start, bootstrap / bare",
            &bootstrap.timed.start_cpu_ms,
            &bare.timed.start_cpu_ms,
            1.2,
        ),
        Target::most("zip, store-less, MB", fnurl.zip as f64 / 1e6, 1.0),
        Target::most("zip, bootstrap, MB", bootstrap.zip as f64 / 1e6, 2.6),
        Target::most(
            "peak memory, store-less, MB",
            fnurl.timed.peak_memory_kib as f64 * 1024e-6,
            4.5,
        ),
        Target::most(
            "200 further routes: instructions / without",
            more_routes.instructions / fnurl.instructions,
            1.01,
        ),
        Target::most(
            "200 further routes: CPU at start, ms",
            start(more_routes) - start(fnurl),
            0.3,
        ),
    ])
}
