//! Tests of the store's parts together.

mod check;
mod hard;
mod ingest;
mod migrate;
mod open;
mod pieces;
