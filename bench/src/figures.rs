//! The figures that must not rise: instructions, as ratios to the bare function of the same run.
//!
//! Counts themselves depend on the machine (which copying routine the C library picks, say) and
//! on the compiler; most of that is in both sides of a ratio.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::counted::instructions;
use crate::programs::Programs;

/// By how much a figure may rise before it is a failure.
const TOLERANCE: f64 = 1.03;

/// Ratios by architecture and by what is compared.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Figures(BTreeMap<String, BTreeMap<String, f64>>);

impl Figures {
    /// Counts, and prints what it counts.
    pub(crate) async fn measure(programs: &Programs) -> Result<Self, Failure> {
        let (bare, axum, fnurl) = (programs.bare_ct()?, programs.axum()?, programs.fnurl()?);
        let mut ratios = BTreeMap::new();
        println!(
            "{:<28} {:>9} {:>9} {:>9}  {:>9} {:>9}",
            "instructions per invocation", "bare-ct", "axum", "ours", "/ bare-ct", "/ axum"
        );
        let mut row = |name: &str, bare: f64, axum: Option<f64>, ours: f64| {
            let ratio = ours / bare;
            let peer = axum.map_or_else(|| "-".to_owned(), |it| format!("{it:.0}"));
            let to_peer = axum.map_or_else(|| "-".to_owned(), |it| format!("{:.3}", ours / it));
            println!("{name:<28} {bare:>9.0} {peer:>9} {ours:>9.0}  {ratio:>9.3} {to_peer:>9}");
            ratios.insert(name.to_owned(), (ratio * 1e4).round() / 1e4);
        };
        let mean = instructions(&bare).await?;
        row(
            "store-less API, mean",
            mean,
            Some(instructions(&axum).await?),
            instructions(&fnurl).await?,
        );
        row(
            "store-less API, GET /health",
            instructions(&bare.only("health")).await?,
            Some(instructions(&axum.only("health")).await?),
            instructions(&fnurl.only("health")).await?,
        );
        row(
            "bootstrap, mean",
            mean,
            None,
            instructions(&programs.bootstrap()?).await?,
        );
        Ok(Self(BTreeMap::from([(ARCH.to_owned(), ratios)])))
    }

    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|err| format!("{}: {err}", path.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Stores these figures beside those of other architectures.
    pub(crate) fn store(mut self, path: &Path) -> Result<(), Failure> {
        let mut all = Self::load(path).unwrap_or_else(|_| Self(BTreeMap::new()));
        all.0.append(&mut self.0);
        fs::write(path, serde_json::to_string_pretty(&all)? + "\n")?;
        println!("stored in {}", path.display());
        Ok(())
    }

    /// # Errors
    /// Every figure that has risen by more than the tolerance.
    pub(crate) fn compare(&self, stored: &Self) -> Result<(), Failure> {
        let mut risen = Vec::new();
        for (name, now) in self.0.values().flatten() {
            let Some(before) = stored.0.get(ARCH).and_then(|it| it.get(name)) else {
                println!("{name}: no figure is stored for {ARCH}");
                continue;
            };
            if *now > before * TOLERANCE {
                risen.push(format!("{name}: {now:.3} × bare-ct, stored is {before:.3}"));
            }
        }
        if risen.is_empty() {
            return Ok(());
        }
        let risen = risen.join("\n");
        Err(format!(
            "instructions have risen by more than 3 %. Where that is meant, `make bench-quick UPDATE=1` stores the new figures.\n{risen}"
        )
        .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(ratio: f64) -> Figures {
        let ratios = BTreeMap::from([("mean".to_owned(), ratio)]);
        Figures(BTreeMap::from([(ARCH.to_owned(), ratios)]))
    }

    #[test]
    fn only_a_rise_of_more_than_three_per_cent_fails() {
        let stored = figures(0.9);
        for ratio in [0.5, 0.9, 0.926] {
            assert!(figures(ratio).compare(&stored).is_ok(), "{ratio}");
        }
        let failure = figures(0.93).compare(&stored).map_err(|it| it.to_string());
        assert!(failure.is_err_and(|it| it.contains("mean: 0.930 × bare-ct, stored is 0.900")));
    }
}
