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

/// Words, alone or at an end of longer ones, after which a telephone number comes; `?` is a letter outside ASCII.
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
    "contact", "anrufen", "ruf", "rufen", "rufe", "llama", "appelez", "chiama", "bel", "gsm",
    "tlf", "t?l",
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
    for (back, word) in words_before(view, start).enumerate().take(6) {
        let word = word.as_str();
        if PHONE_EXACT.contains(&word)
            || PHONE
                .iter()
                .any(|stem| word.starts_with(stem) || word.ends_with(stem))
        {
            return Said::Phone;
        }
        if OTHER
            .iter()
            .any(|stem| word == *stem || stem.len() > 4 && word.starts_with(stem))
        {
            return Said::Other(back);
        }
        number |= NUMBER.contains(&word);
    }
    if number { Said::Number } else { Said::Nothing }
}

/// The word right before `start`, in lower case; empty where none stands there.
pub(super) fn word_before(view: &View<'_>, start: usize) -> String {
    words_before(view, start).next().unwrap_or_default()
}

/// The words before `start`, the nearest first, in lower case; letters outside ASCII are `?`.
fn words_before<'v>(view: &'v View<'_>, start: usize) -> impl Iterator<Item = String> + 'v {
    let before = &view.bytes()[start.saturating_sub(BACK)..start];
    let letter = |b: &u8| b.is_ascii_alphabetic() || *b == LETTER;
    let words = before
        .rsplit(move |b| !letter(b))
        .filter(|word| !word.is_empty());
    words.map(|word| {
        let plain = |b: &u8| match *b {
            LETTER => '?',
            b => b.to_ascii_lowercase() as char,
        };
        word.iter().map(plain).collect()
    })
}
