//! Has the crate made of the scheduler's atomics: `cfg(model)`.

fn main() {
    println!("cargo::rustc-cfg=model");
    println!("cargo::rustc-check-cfg=cfg(model)");
}
