//! The core as a WebAssembly module: numbers in, a number out, no memory shared, nothing imported.

use @component@_core as core;

/// As the core's `needed`; -1 for none.
// A name that the linker keeps is `unsafe` in Rust 2024, as another library may have it too. Here is none.
#[unsafe(no_mangle)]
pub extern "C" fn needed(current: i32, weight: i32, goal: i32) -> i32 {
    core::needed(current, weight, goal).unwrap_or(-1)
}
