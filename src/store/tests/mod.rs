//! Tests of the store's parts together.

mod check;
mod ingest;
mod pieces;
