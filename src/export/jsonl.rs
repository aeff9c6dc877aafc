//! JSON, one conversation a line: what `show --json` writes and `import` reads back without loss. Nothing
//! here opens a file.

use std::io::{self, Write};

use super::json::whole_json;
use super::outgoing::Outgoing;
use super::output::{Output, Written};

/// The output.
#[derive(Debug, Default)]
pub struct Jsonl {
    count: u64,
}

impl Output for Jsonl {
    fn take(&mut self, out: &mut dyn Write, conversation: &Outgoing) -> io::Result<()> {
        out.write_all(whole_json(conversation.whole()).as_bytes())?;
        out.write_all(b"\n")?;
        self.count += 1;
        Ok(())
    }

    fn finish(self: Box<Self>, _: &mut dyn Write) -> io::Result<Written> {
        Ok(Written {
            count: self.count,
            unit: "conversations",
            ..Written::default()
        })
    }
}
