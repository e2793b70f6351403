//! The ABI witness: what `nginx-sys` believes of NGINX's structures, held against the headers that
//! the module is built for. `build.rs` writes the checks; a wrong one ends the build here.

include!(concat!(env!("OUT_DIR"), "/abi.rs"));
