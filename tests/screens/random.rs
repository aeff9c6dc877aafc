//! Keys pressed at random: nothing panics, the invariants of [`Screen`] hold after each, and undoing
//! everything leads back to the start.

use afterword::model::Review;
use afterword::tui::app::popup::Popup;

use crate::common::{Screen, Start, fixture};

/// The same figures on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    /// Now and then out of prompts, in which most keys are only text.
    fn key(&mut self) -> &'static str {
        match self.next(6) {
            0 => "<esc>",
            _ => KEYS[self.next(KEYS.len())],
        }
    }
}

const KEYS: &[&str] = &[
    "j",
    "k",
    "j",
    "k",
    "<down>",
    "<up>",
    "<enter>",
    "<enter>",
    "<esc>",
    "<tab>",
    "<space>",
    "g",
    "G",
    "<ctrl-d>",
    "<ctrl-u>",
    "<pagedown>",
    "<pageup>",
    "h",
    "l",
    "<left>",
    "<right>",
    "r",
    "s",
    "d",
    "p",
    "x",
    "U",
    "1",
    "2",
    "3",
    "9",
    "f",
    "F",
    ".",
    "u",
    "u",
    "u",
    "<ctrl-r>",
    "v",
    "A",
    "n",
    "N",
    "]",
    "[",
    "}",
    "{",
    "a",
    "J",
    "K",
    ">",
    "<lt>",
    "R",
    "o",
    "O",
    "b",
    "*",
    "y",
    "e",
    "-",
    "t",
    ":",
    "?",
    "P",
    "'",
    "''",
    "/",
    "H",
    "c",
    "<ctrl-s>",
    "<ctrl-l>",
    "<ctrl-c>",
    "<backspace>",
    "é",
    "山",
    "<ctrl-n>",
    "<ctrl-p>",
    "<ctrl-k>",
    "<ctrl-w>",
    "<alt-1>",
    "<delete>",
    "<home>",
    "<end>",
    "m",
    "0",
    "\"",
    "(",
    "i",
];

const SIZES: &[(u16, u16)] = &[
    (80, 24),
    (120, 40),
    (200, 50),
    (40, 10),
    (41, 11),
    (99, 10),
    (100, 12),
    (159, 13),
    (160, 10),
    (300, 80),
    (39, 9),
    (1, 1),
    (500, 10),
];

fn reviews(screen: &Screen) -> Vec<Review> {
    let store = screen.store();
    (1..=17)
        .filter_map(|row| store.whole(row).unwrap())
        .map(|w| Review {
            // Who decided last is a fact of the journal, not of the review that an undo restores.
            decided: None,
            ..w.review
        })
        .collect()
}

/// What is shown is what is in the store.
fn agrees(screen: &Screen, pressed: &[&str]) {
    let store = screen.store();
    let list = &screen.app.list;
    let rows: Vec<i64> = list.rows.iter().collect();
    let cards = store.cards(&rows).unwrap();
    assert_eq!(cards.len(), list.rows.len());
    for (card, status) in cards.iter().zip(&list.statuses) {
        let name = card.external_id.for_search();
        assert_eq!(card.review.status, *status, "{name} after {pressed:?}");
        if let Some(shown) = list.card(card.row) {
            assert_eq!(card.review, shown.review, "{name} after {pressed:?}");
        }
    }
    if let Some(open) = &screen.app.reader.open {
        let whole = store.whole(open.whole.card.row).unwrap().unwrap();
        assert_eq!(whole.review, open.whole.review, "after {pressed:?}");
        assert_eq!(
            whole.card.review, open.whole.card.review,
            "after {pressed:?}"
        );
    }
}

/// Gives how many changes there were to take back.
fn run(seed: u64, keys: usize) -> usize {
    let mut random = Random(seed);
    let mut screen = Start::on(fixture::store()).filter("").go();
    let start = reviews(&screen);
    assert_eq!(start.len(), 17);
    let mut pressed = Vec::new();
    for _ in 0..keys {
        let mut key = random.key();
        // There it takes back what others did, which is no change of one's own.
        if key == "u" && matches!(screen.app.popup, Some(Popup::Journal { .. })) {
            key = "j";
        }
        pressed.push(key);
        if random.next(40) == 0 {
            let (width, height) = SIZES[random.next(SIZES.len())];
            screen.resize(width, height);
        }
        if random.next(60) == 0 {
            screen.paste("pasted \u{1b}[2J text\n");
        }
        screen.press(key);
        drop(screen.frame());
        if screen.left {
            screen = screen.restart();
        }
        if random.next(10) == 0 {
            agrees(&screen, &pressed);
        }
    }
    screen.resize(80, 24);
    // Out of every layer, then everything back.
    screen.press("<esc><esc><esc><esc>");
    let mut undone = 0;
    loop {
        screen.press("u");
        if screen.status().contains("nothing to undo") {
            break;
        }
        undone += 1;
        assert!(undone < keys, "{}", screen.status());
    }
    assert_eq!(reviews(&screen), start, "seed {seed}: {pressed:?}");
    assert_eq!(
        screen.store().verify_registers().unwrap(),
        Vec::<String>::new()
    );
    undone
}

#[test]
fn thousands_of_random_keys() {
    let seeds = (1..=8).map(|seed| 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
    let undone: usize = seeds.map(|seed| run(seed, 500)).sum();
    assert!(undone > 50, "{undone}");
}

#[test]
fn random_keys_while_the_workers_are_late() {
    for seed in 1..=2 {
        late(0x5851_f42d_4c95_7f2d_u64.wrapping_mul(seed));
    }
}

fn late(seed: u64) {
    let mut random = Random(seed);
    let mut screen = Start::on(fixture::store()).size(160, 30).filter("").go();
    let mut pressed = Vec::new();
    for _ in 0..120 {
        screen.hold();
        for _ in 0..5 {
            let key = random.key();
            pressed.push(key);
            screen.press(key);
            drop(screen.frame());
        }
        screen.release();
        agrees(&screen, &pressed);
        if screen.left {
            screen = screen.restart();
        }
    }
}
