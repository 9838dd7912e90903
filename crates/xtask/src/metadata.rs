//! The workspace as cargo sees it.

use crate::setup::Toolchain;
use crate::sh::{self, Result};
use serde_json::Value;

/// One crate of the workspace.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Crates it needs to be built.
    pub dependencies: Vec<String>,
    /// Crates only its tests need.
    pub dev_dependencies: Vec<String>,
}

/// The crates of the workspace, by name.
pub fn packages(toolchain: &Toolchain) -> Result<Vec<Package>> {
    let mut cargo = toolchain.cargo();
    let text = sh::run_quietly(cargo.args(["metadata", "--no-deps", "--format-version", "1"]))?;
    read(&text)
}

fn read(text: &str) -> Result<Vec<Package>> {
    let data: Value = serde_json::from_str(text).map_err(|e| format!("cargo metadata: {e}"))?;
    let mut packages = Vec::new();
    for package in data["packages"].as_array().ok_or("cargo metadata names no packages")? {
        let of_kind = |dev: bool| -> Vec<String> {
            let all = package["dependencies"].as_array().into_iter().flatten();
            let some = all.filter(|d| (d["kind"] == "dev") == dev);
            some.filter_map(|d| d["name"].as_str().map(str::to_owned)).collect()
        };
        packages.push(Package {
            name: package["name"].as_str().unwrap_or("").to_owned(),
            dependencies: of_kind(false),
            dev_dependencies: of_kind(true),
        });
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}
