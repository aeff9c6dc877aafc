//! Keys pressed at random: nothing panics, the invariants of [`Screen`] hold after each, and undoing
//! everything leads back to the start.

use afterword::model::Review;

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

fn run(seed: u64, keys: usize) {
    let mut random = Random(seed);
    let mut screen = Start::on(fixture::store()).filter("").go();
    let start = reviews(&screen);
    assert_eq!(start.len(), 17);
    let mut pressed = Vec::new();
    for _ in 0..keys {
        let key = KEYS[random.next(KEYS.len())];
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
    assert!(undone > 0);
    assert_eq!(reviews(&screen), start, "seed {seed}: {pressed:?}");
    assert_eq!(
        screen.store().verify_registers().unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn two_thousand_random_keys() {
    for seed in 1..=4 {
        run(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed), 500);
    }
}

#[test]
fn random_keys_while_the_workers_are_late() {
    let mut random = Random(0x5851_f42d_4c95_7f2d);
    let mut screen = Start::on(fixture::store()).size(160, 30).filter("").go();
    for _ in 0..120 {
        screen.hold();
        for _ in 0..5 {
            let key = KEYS[random.next(KEYS.len())];
            screen.press(key);
            drop(screen.frame());
        }
        screen.release();
        if screen.left {
            screen = screen.restart();
        }
    }
}
