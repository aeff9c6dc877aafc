//! Tests of the store's parts together.

mod ingest;
mod pieces;
