//! What is found and what is not; the corpus of cases is in tests/.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn masked(text: &str, want: &str) {
    assert_eq!(redact(text), want, "{text}");
}

/// Texts in which nothing is to be found.
fn nothing(texts: &[&str]) {
    for text in texts {
        masked(text, text);
    }
}

#[test]
fn addresses_of_every_script_and_quoting() {
    masked("mail o’neil@example.com, please", "mail [email], please");
    masked("<\"odd local\"@example.com>", "<[email]>");
    masked("john.doe＠example.com.", "[email].");
    masked(
        "jöhn@exämple.рф and b@xn--bcher-kva.xn--p1ai!",
        "[email] and [email]!",
    );
    masked("to:a@b.co;c@d.org", "to:[email];[email]");
    masked("https://anna:pw@example.com/x", "https://[email]/x");
    nothing(&[
        "foo@bar",
        "@handle",
        "x@y@z",
        "npm install pkg@1.2.3",
        "a@b.c",
        "a@.com",
        "me@ home.de",
    ]);
}

#[test]
fn cards_with_the_right_digit() {
    masked("4111 1111 1111 1111, 12/27", "[card], 12/27");
    masked(
        "card 4111 1111\n1111 1111 12/27 123",
        "card [card] 12/27 123",
    );
    masked("3782-822463-10005 or 6304000000000000", "[card] or [card]");
    masked("٤١١١١١١١١١١١١١١١", "[card]");
    masked("4111\u{200b}1111\u{200b}1111\u{200b}1111", "[card]");
    nothing(&[
        "4111111111111112",
        "1234567890123456",
        "a4111111111111111",
        "94001102008812345678",
        "550e8400-e29b-41d4-4111-111111111111",
    ]);
}

#[test]
fn accounts_with_the_right_checksum() {
    masked("pay DE89 3704 0044 0532 0130 00 now", "pay [iban] now");
    masked("gb82west12345698765432", "[iban]");
    masked("NL91-ABNA-0417-1643-00.", "[iban].");
    nothing(&[
        "DE00 3704 0044 0532 0130 00",
        "DE89370400440532013000X",
        "XDE89 3704 0044",
    ]);
}

#[test]
fn addresses_of_the_internet() {
    masked("from 203.0.113.7 and 2001:db8::1.", "from [ip] and [ip].");
    masked(
        "http://8.8.8.8:80/ [2606:4700::1111]",
        "http://[ip]:80/ [[ip]]",
    );
    nothing(&[
        "192.168.100.200",
        "127.0.0.1 ::1",
        "v1.2.3.4",
        "version 1.2.3.4",
        "pkg@1.2.3.4",
        "nginx/1.25.3.1",
        "1.2.3.4.5",
        "12:30:45",
        "dead::beef",
        "300.1.2.3",
    ]);
}

#[test]
fn numbers_of_many_countries() {
    for number in [
        "+1 415 555 2671",
        "(415) 555-2671",
        "415-555-2671",
        "1-800-555-1234",
        "+44 (0)20 7946 0958",
        "020 7946 0958",
        "07911 123456",
        "+49 30 901820",
        "0171/1234567",
        "0033 1 23 45 67 89",
        "01 23 45 67 89",
        "+34 612 345 678",
        "612 34 56 78",
        "8 (495) 123-45-67",
        "98765 43210",
        "138 1234 5678",
        "(11) 91234-5678",
        "03-1234-5678",
        "+4915112345678",
        "011 44 20 7946 0958",
        "+１ ４１５ ５５５ ２６７１",
        "4155552671",
    ] {
        masked(number, "[phone]");
        masked(&format!("Call me: {number}."), "Call me: [phone].");
        masked(&format!("call\n{number}\nnow"), "call\n[phone]\nnow");
    }
    masked("my number is 4155552671", "my number is [phone]");
    masked("ring 555-1234", "ring [phone]");
}

#[test]
fn numbers_of_other_things() {
    nothing(&[
        "order #4155552",
        "order 4155552671",
        "Bestellnummer 0123456789",
        "v1.2.3.4 at 12:30:45",
        "2026-11-20 10:11:12",
        "01.02.2026 10:30",
        "20.11.2026 - 24.11.2026",
        "room 101, 99999",
        "$1,234,567.89 or 1.234.567,00",
        "550e8400-e29b-41d4-a716-446655440000",
        "1700000000 1700000000123",
        "1Z999AA10123456784",
        "RR123456785DE",
        "ISBN 978-3-16-148410-0",
        "d41d8cd98f00b204e9800998ecf8427e",
        "0.123456789",
        "52.520008, 13.404954",
    ]);
}

#[test]
fn keys_of_known_forms_and_named_ones() {
    masked(
        "key sk-ABCDEFGHIJKLMNOPQRSTUVWXYZ012345 ok",
        "key [token] ok",
    );
    masked("AKIAIOSFODNN7EXAMPLE", "[token]");
    masked(
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln tail",
        "[token] tail",
    );
    masked(
        "Authorization: Bearer abcDEF123456ghi.",
        "Authorization: Bearer [token].",
    );
    masked("api_key=9f8a7b6c5d4e3f2a&x=1", "api_key=[token]&x=1");
    masked(
        "{\"password\": \"hunter2!\"}",
        "{\"password\": \"[token]\"}",
    );
    masked("my password is hunter2", "my password is [token]");
    masked(
        "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb",
        "a\n[token]\nb",
    );
    nothing(&[
        "password: forgotten",
        "token: yes",
        "the bearer of news",
        "key=value",
        "a basic understanding",
        "monkey: 123456789012",
        "my password is wrong",
    ]);
}

#[test]
fn a_name_says_what_a_value_is() {
    assert_eq!(find("", "x 5551234567 y"), []);
    let found = find("phone_number", "5551234567");
    assert_eq!(
        found,
        [Found {
            kind: Kind::Phone,
            range: 0..10
        }]
    );
    assert_eq!(find("apiKey", "9f8a7b6c5d4e3f2a")[0].range, 0..16);
    assert_eq!(find("order_id", "4155552671"), []);
}

#[test]
fn no_text_is_slow() {
    // Each of these would take hours if any scanner began again at every byte.
    for piece in [
        "1",
        "a@",
        "\"",
        "0 ",
        "eyJ.",
        "a.",
        ":",
        "-----BEGIN ",
        "DE89",
        "+1",
        "key=",
        "SG.",
        "1-",
        "é",
    ] {
        let text = piece.repeat(400_000 / piece.len());
        let _ = find("", &text);
    }
}

proptest! {
    #[test]
    fn finds_are_in_order_and_on_characters(text in "\\PC{0,80}", digits in "[-0-9+@.a: ＠４\u{200b}]{0,60}") {
        for text in [text, digits] {
            let mut end = 0;
            for found in find("", &text) {
                prop_assert!(found.range.start >= end && found.range.start < found.range.end);
                prop_assert!(text.get(found.range.clone()).is_some());
                end = found.range.end;
            }
            // What is masked is not found again.
            let masked = redact(&text).into_owned();
            prop_assert!(masked.len() <= text.len() + 8 * (1 + text.len() / 6));
        }
    }
}
