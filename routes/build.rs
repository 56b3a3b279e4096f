//! Compresses the contract, so that the program can serve it as it lies there.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

const CONTRACT: &str = "../openapi.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CONTRACT}");
    let yaml = std::fs::read_to_string(CONTRACT)?;
    let mut json = Vec::new();
    serde_transcode::transcode(
        serde_yaml_ng::Deserializer::from_str(&yaml),
        &mut serde_json::Serializer::new(&mut json),
    )?;
    let folder = std::env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?;
    let folder = Path::new(&folder);
    std::fs::write(folder.join("openapi.yaml.gz"), compressed(yaml.as_bytes())?)?;
    std::fs::write(folder.join("openapi.json.gz"), compressed(&json)?)?;
    Ok(())
}

/// Without name and time: the same contract gives the same bytes.
fn compressed(file: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(file)?;
    encoder.finish()
}
