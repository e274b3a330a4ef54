//! Links the program at a fixed address on Linux: nearly forty thousand addresses in its tables
//! would else be written anew at each start, which is half of the time that `windlass --version`
//! takes ("docs/decisions/0003").

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
