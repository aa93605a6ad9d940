//! `xtask IN.wasm FOLDER`: writes the module that a browser loads, and the JavaScript that it is called through.
#![forbid(unsafe_code)]

use std::env::args_os;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let [_, input, folder] = &args_os().collect::<Vec<_>>()[..] else {
        eprintln!("usage: xtask IN.wasm FOLDER");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    let written = bindgen.input_path(input).web(true).and_then(|web| {
        web.omit_default_module_path(true).remove_name_section(true).typescript(false).generate(folder)
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
