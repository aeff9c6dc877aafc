//! afterword on the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(afterword::cli::main(std::env::args_os()))
}
