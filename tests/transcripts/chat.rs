//! The chat format: exact text, both sides, nothing that was taken back.

use afterword::export::chat::Chat;
use serde_json::Value;

use crate::world::{conversations, texts, written};

#[test]
fn every_text_reads_back_exactly() {
    let mut texts = texts();
    texts.retain(|t| !t.trim().is_empty());
    let (out, written) = written(Box::<Chat>::default(), &conversations(&texts));
    assert_eq!(written.count, texts.len() as u64);
    assert!(written.left_out.is_empty(), "{written:?}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), texts.len());
    for (raw, line) in texts.iter().zip(lines) {
        let value: Value = serde_json::from_str(line).unwrap();
        let message = |role: &str| serde_json::json!({"role": role, "content": raw});
        let want = [message("user"), message("assistant"), message("assistant")];
        assert_eq!(value, serde_json::json!({ "messages": want }));
    }
}
