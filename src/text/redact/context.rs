//! What the words before a number say of it.

use super::view::{LETTER, View};

/// How far back words are read.
const BACK: usize = 64;

/// What a number is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A telephone number.
    Phone,
    /// Something else, as the word so many words back says.
    Other(usize),
    /// Some number.
    Number,
    /// Nothing.
    Nothing,
}

/// Words, alone or in longer ones, after which a telephone number comes; `?` is a letter outside ASCII.
const PHONE: &[&str] = &[
    "phone",
    "telephone",
    "telefon",
    "tel?fono",
    "t?l?phone",
    "mobile",
    "mobil",
    "m?vil",
    "celular",
    "cellphone",
    "whatsapp",
    "handy",
    "rufnummer",
    "sms",
    "fax",
    "hotline",
    "callback",
    "viber",
    "signal",
    "landline",
    "portable",
    "cellulare",
    "msisdn",
];
/// Short words: only as they are.
const PHONE_EXACT: &[&str] = &[
    "tel", "cell", "call", "calls", "called", "dial", "ring", "text", "mob", "ph", "reach",
    "contact", "anrufen", "ruf", "llama", "appelez", "chiama", "bel", "gsm", "tlf", "t?l",
];
/// What else a number can be.
const OTHER: &[&str] = &[
    "order",
    "invoice",
    "ticket",
    "tracking",
    "parcel",
    "package",
    "shipment",
    "booking",
    "reference",
    "ref",
    "case",
    "code",
    "sku",
    "article",
    "item",
    "product",
    "serial",
    "account",
    "customer",
    "contract",
    "transaction",
    "payment",
    "bestell",
    "rechnung",
    "auftrag",
    "kunden",
    "sendung",
    "pedido",
    "commande",
    "factura",
    "facture",
    "ordine",
    "timestamp",
    "version",
    "isbn",
    "ean",
    "gtin",
    "imei",
    "policy",
    "claim",
    "receipt",
    "voucher",
    "coupon",
    "pin",
    "zip",
    "plz",
    "hash",
    "checksum",
    "error",
    "price",
    "amount",
    "total",
    "balance",
    "id",
    "uuid",
    "guid",
    "flight",
    "train",
    "room",
    "part",
    "model",
];
/// Says only that a number comes.
const NUMBER: &[&str] = &["number", "nummer", "numero", "n?mero", "num?ro", "nr", "no"];

/// What the words before `start` say of the number there: the nearest one that says something.
pub(super) fn said(view: &View<'_>, start: usize) -> Said {
    let mut number = false;
    let words = words_before(view, start);
    for (back, word) in words.iter().rev().enumerate().take(6) {
        if PHONE_EXACT.contains(&word.as_str()) || PHONE.iter().any(|stem| word.contains(stem)) {
            return Said::Phone;
        }
        if OTHER
            .iter()
            .any(|stem| word == stem || stem.len() > 4 && word.starts_with(stem))
        {
            return Said::Other(back);
        }
        number |= NUMBER.contains(&word.as_str());
    }
    if number { Said::Number } else { Said::Nothing }
}

/// The word right before `start`, in lower case; empty where none stands there.
pub(super) fn word_before(view: &View<'_>, start: usize) -> String {
    words_before(view, start).pop().unwrap_or_default()
}

/// The words of the line before `start`, in lower case; letters outside ASCII are `?`.
fn words_before(view: &View<'_>, start: usize) -> Vec<String> {
    let before = &view.bytes()[start.saturating_sub(BACK)..start];
    let letter = |b: &u8| b.is_ascii_alphabetic() || *b == LETTER;
    before
        .split(|b| !letter(b))
        .filter(|word| !word.is_empty())
        .map(|word| {
            let plain = |b: &u8| {
                if *b == LETTER {
                    '?'
                } else {
                    b.to_ascii_lowercase() as char
                }
            };
            word.iter().map(plain).collect()
        })
        .collect()
}
