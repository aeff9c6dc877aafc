//! Made-up texts with personal data, and texts with what looks like it: seeded, and written from how people
//! and programs write such things, not from what is looked for.

/// A text and what in it is to be hidden.
pub struct Text {
    /// What it is made of.
    pub kind: &'static str,
    /// The message.
    pub text: String,
    /// The personal data in it; `None`: there is none.
    pub needle: Option<String>,
}

/// Random numbers: splitmix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// `#` digit, `N` 2 to 9, `a` letter, `h` hexadecimal, `X` letter or digit, `C` capital; others stay.
    pub fn fill(&mut self, pattern: &str) -> String {
        let from = |random: &mut Self, of: &[u8]| char::from(of[random.below(of.len())]);
        let all = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        pattern
            .chars()
            .map(|c| match c {
                '#' => from(self, b"0123456789"),
                'N' => from(self, b"23456789"),
                'a' => from(self, b"abcdefghijklmnopqrstuvwxyz"),
                'h' => from(self, b"0123456789abcdef"),
                'X' => from(self, all),
                'C' => from(self, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                other => other,
            })
            .collect()
    }
}

/// How numbers are written in each country: in the country, and after its code.
const PHONES: &[(&str, &[&str], &[&str])] = &[
    (
        "1",
        &[
            "(N##) N##-####",
            "N##-N##-####",
            "N##.N##.####",
            "N## N## ####",
            "1-N##-N##-####",
        ],
        &[
            "N## N## ####",
            "N##-N##-####",
            "N##N######",
            "(N##) N##-####",
        ],
    ),
    (
        "44",
        &[
            "020 7### ####",
            "07### ######",
            "07### ### ###",
            "0161 ### ####",
            "(01632) 960###",
        ],
        &[
            "20 7### ####",
            "7### ######",
            "7#########",
            "(0)7### ######",
        ],
    ),
    (
        "49",
        &[
            "030 ########",
            "0171 #######",
            "0151/########",
            "089 ######",
            "(0221) #######",
            "0176-########",
        ],
        &[
            "30 ######",
            "171 #######",
            "151########",
            "(0)89 ######",
            "40-#######",
        ],
    ),
    (
        "33",
        &[
            "06 ## ## ## ##",
            "01.##.##.##.##",
            "07########",
            "04-##-##-##-##",
        ],
        &["6 ## ## ## ##", "1########", "(0)6 ## ## ## ##"],
    ),
    (
        "34",
        &["6## ### ###", "6## ## ## ##", "91# ## ## ##"],
        &["6## ### ###", "6########"],
    ),
    (
        "39",
        &["3## #######", "3## ### ####", "06 #### ####", "02 ########"],
        &["3## #######", "06 #### ####"],
    ),
    (
        "31",
        &["06-########", "06 ########", "020-#######"],
        &["6 ########", "20 ### ####"],
    ),
    (
        "32",
        &["047# ## ## ##", "02 ### ## ##"],
        &["47# ## ## ##", "2 ### ## ##"],
    ),
    (
        "41",
        &["079 ### ## ##", "044 ### ## ##"],
        &["79 ### ## ##", "44 ### ## ##"],
    ),
    (
        "43",
        &["0664 #######", "01 ### ## ## ##"],
        &["664 #######", "1 #######"],
    ),
    (
        "45",
        &["2# ## ## ##", "3### ####"],
        &["2# ## ## ##", "3#######"],
    ),
    (
        "46",
        &["070-### ## ##", "08-### ### ##"],
        &["70 ### ## ##", "8 ### ### ##"],
    ),
    (
        "47",
        &["9## ## ###", "4## ## ###"],
        &["9## ## ###", "2# ## ## ##"],
    ),
    (
        "48",
        &["6## ### ###", "22 ### ## ##"],
        &["6## ### ###", "22 ### ## ##"],
    ),
    ("358", &["040 #######", "050 ### ####"], &["40 #######"]),
    ("353", &["087 ### ####", "01 ### ####"], &["87 ### ####"]),
    ("351", &["91# ### ###", "21# ### ###"], &["91# ### ###"]),
    ("30", &["69# ### ####", "210 ### ####"], &["69# ### ####"]),
    ("420", &["60# ### ###"], &["60# ### ###"]),
    ("36", &["06 30 ### ####", "06-1-###-####"], &["30 ### ####"]),
    ("40", &["072# ### ###"], &["72# ### ###"]),
    (
        "90",
        &["053# ### ## ##", "0212 ### ## ##"],
        &["53# ### ## ##"],
    ),
    (
        "7",
        &["8 (9##) ###-##-##", "8 9## ### ## ##", "8-9##-###-##-##"],
        &["9## ###-##-##", "(9##) ###-##-##"],
    ),
    ("380", &["067 ### ## ##"], &["67 ### ## ##"]),
    ("972", &["054-###-####", "03-###-####"], &["54-###-####"]),
    ("971", &["050 ### ####"], &["50 ### ####"]),
    ("966", &["055 ### ####"], &["55 ### ####"]),
    ("20", &["0100 ### ####"], &["100 ### ####"]),
    ("27", &["082 ### ####"], &["82 ### ####"]),
    ("234", &["0803 ### ####"], &["803 ### ####"]),
    ("254", &["0712 ######"], &["712 ######"]),
    (
        "91",
        &["98### #####", "98########"],
        &["98### #####", "98########"],
    ),
    (
        "86",
        &["138 #### ####", "139########"],
        &["138 #### ####", "139########"],
    ),
    (
        "81",
        &["090-####-####", "03-####-####"],
        &["90-####-####", "3-####-####"],
    ),
    ("82", &["010-####-####", "02-####-####"], &["10-####-####"]),
    ("65", &["9### ####", "6### ####"], &["9### ####"]),
    ("852", &["9### ####"], &["9### ####"]),
    ("60", &["012-### ####", "03-#### ####"], &["12-### ####"]),
    ("62", &["0812-####-####"], &["812-####-####"]),
    ("63", &["0917 ### ####"], &["917 ### ####"]),
    ("66", &["081 ### ####"], &["81 ### ####"]),
    ("84", &["091 ### ## ##"], &["91 ### ## ##"]),
    (
        "61",
        &["0412 ### ###", "(02) #### ####", "02 #### ####"],
        &["412 ### ###", "2 #### ####"],
    ),
    ("64", &["021 ### ####"], &["21 ### ####"]),
    (
        "55",
        &["(11) 9####-####", "11 9####-####", "(21) 3###-####"],
        &["11 9####-####", "(11) 9####-####"],
    ),
    (
        "52",
        &["55 #### ####", "(33) #### ####"],
        &["55 #### ####", "1 55 #### ####"],
    ),
    (
        "54",
        &["011 15-####-####", "(011) ####-####"],
        &["9 11 ####-####"],
    ),
    ("56", &["9 #### ####"], &["9 #### ####"]),
    ("57", &["301 ### ####"], &["301 ### ####"]),
];

const ASKED: &[&str] = &[
    "call me at {}",
    "my phone number is {}",
    "Tel.: {}",
    "you can reach me on {} after 5",
    "Mobile: {}, thanks",
    "meine Handynummer ist {}",
    "rufen Sie bitte {} an",
    "mi teléfono es {}",
    "mon numéro est le {}",
    "phone: {}",
    "please text {}",
    "WhatsApp {}",
    "contact number {}",
    "il mio cellulare: {}",
];
const PLAIN: &[&str] = &[
    "{}",
    "it's {}",
    "sure, {}",
    "{} thanks!",
    "Anna, {}",
    "hi, {} is mine",
    "that would be {}.",
    "yes {} please",
    "ok: {}\nbye",
];

const FIRST: &[&str] = &[
    "anna",
    "j",
    "maria.silva",
    "o'brien",
    "li_wei",
    "jean-luc",
    "mueller83",
    "info+shop",
    "Søren",
    "x",
    "no.reply",
    "KOWALSKI",
    "jürgen",
    "r2d2",
    "s%test",
];
const HOSTS: &[&str] = &[
    "gmail.com",
    "web.de",
    "example.co.uk",
    "uni-köln.de",
    "mail.ru",
    "sub.dept.company.io",
    "yahoo.com.br",
    "t-online.de",
    "пример.рф",
    "xn--bcher-kva.example",
    "a.co",
    "HOTMAIL.COM",
    "posteo.net",
    "company.technology",
];

const IBANS: &[(&str, &str)] = &[
    ("DE", "##################"),
    ("FR", "##########XXXXXXXXXXX##"),
    ("GB", "CCCC##############"),
    ("ES", "####################"),
    ("IT", "C##########XXXXXXXXXXXX"),
    ("NL", "CCCC##########"),
    ("BE", "############"),
    ("AT", "################"),
    ("CH", "#####XXXXXXXXXXXX"),
    ("PL", "########################"),
    ("SE", "####################"),
    ("NO", "###########"),
    ("DK", "##############"),
    ("FI", "##############"),
    ("PT", "#####################"),
    ("IE", "CCCC##############"),
    ("CZ", "####################"),
    ("HU", "########################"),
    ("GR", "#######XXXXXXXXXXXXXXXX"),
    ("RO", "CCCCXXXXXXXXXXXXXXXX"),
    ("TR", "######XXXXXXXXXXXXXXXX"),
    ("SA", "##XXXXXXXXXXXXXXXXXX"),
    ("AE", "###################"),
    ("IL", "###################"),
    ("BR", "#######################CX"),
    ("MT", "CCCC#####XXXXXXXXXXXXXXXXXX"),
    ("LC", "CCCCXXXXXXXXXXXXXXXXXXXXXXXX"),
    ("UA", "######XXXXXXXXXXXXXXXXXXX"),
];

/// Beginning, digits, groups.
const CARDS: &[(&str, usize, &[usize])] = &[
    ("4", 16, &[4, 4, 4, 4]),
    ("4", 13, &[4, 4, 4, 1]),
    ("4", 19, &[4, 4, 4, 4, 3]),
    ("51", 16, &[4, 4, 4, 4]),
    ("55", 16, &[4, 4, 4, 4]),
    ("2223", 16, &[4, 4, 4, 4]),
    ("2720", 16, &[4, 4, 4, 4]),
    ("34", 15, &[4, 6, 5]),
    ("37", 15, &[4, 6, 5]),
    ("6011", 16, &[4, 4, 4, 4]),
    ("65", 16, &[4, 4, 4, 4]),
    ("644", 16, &[4, 4, 4, 4]),
    ("3530", 16, &[4, 4, 4, 4]),
    ("36", 14, &[4, 6, 4]),
    ("305", 14, &[4, 6, 4]),
    ("62", 16, &[4, 4, 4, 4]),
    ("62", 19, &[6, 13]),
    ("2202", 16, &[4, 4, 4, 4]),
    ("6759", 16, &[4, 4, 4, 4]),
    ("6304", 18, &[4, 4, 4, 4, 2]),
    ("9792", 16, &[4, 4, 4, 4]),
    ("508", 16, &[4, 4, 4, 4]),
    ("6363", 16, &[4, 4, 4, 4]),
];

/// What looks like personal data and is none.
const HARMLESS: &[(&str, &[&str])] = &[
    (
        "order id",
        &[
            "N#########",
            "it's N########",
            "00########, thanks",
            "order #N######",
            "my order N######### has not come",
            "Bestellnummer: 30########",
            "order id 100-#######-#######",
            "PO-######-##",
            "pedido nº ########",
            "it is order ###########",
            "ORD-2026-######",
            "case 0#######",
            "invoice 2026/#####",
            "reference ##########, please",
        ],
    ),
    (
        "date",
        &[
            "on 2026-0N-1#",
            "1#.0N.2026",
            "0N/1#/2026 works",
            "from 1#.0N. to 2#.0N.2026",
            "2026-0N-1#T1#:2#:3#Z",
            "1# 0N 2026",
            "am 1#.0N.26",
        ],
    ),
    (
        "time",
        &[
            "at 1#:2#",
            "1#:2#:3# please",
            "between 0N:00 and 1#:30",
            "opens 0N.30-1#.30",
            "17########",
            "17###########",
        ],
    ),
    (
        "uuid",
        &[
            "hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh",
            "id ########-####-4###-8###-############",
            "session hhhhhhhhhhhh4hhhahhhhhhhhhhhhhhh",
        ],
    ),
    (
        "hash",
        &[
            "commit hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh",
            "md5 hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh",
            "hhhhhhh is broken",
        ],
    ),
    (
        "price",
        &[
            "it was N##.## EUR",
            "$N,###.##",
            "N.###,## €",
            "1 N## ### Ft",
            "costs N##,###,###",
            "NN.## per month for ## months",
            "total: #,### / ##",
        ],
    ),
    (
        "version",
        &[
            "version 1.N.#.#",
            "v#.#.#.#",
            "Chrome/1##.0.####.##",
            "pkg@1.#.#",
            "iOS 1#.#.#",
            "update to 1#.0.#",
            "release 10.N.#.1 please",
        ],
    ),
    (
        "tracking number",
        &[
            "tracking 94001102008##########",
            "1ZCC#CC#03########",
            "CC#########CC",
            "parcel 00340434#############",
            "my DHL number is JJD0003##############",
        ],
    ),
    (
        "words and figures",
        &[
            "room ###, floor N",
            "flight CC####",
            "seats N#, N# and N#",
            "I weigh N# kg and am 1## cm",
            "zip #####",
            "@anna_## said so",
            "50.######, 13.######",
            "about 1#00-1#00 people",
            "ISBN 978-3-##-######-#",
            "iPhone 1# Pro (###GB)",
            "192.168.#.N",
            "add me@home",
            "password: forgotten",
            "the token is missing",
            "Mon-Fri 0N-1#",
            "lottery: 4 8 15 16 23 42",
            "article ###.###.##",
        ],
    ),
];

pub fn texts(seed: u64, count: usize) -> Vec<Text> {
    let mut random = Random::new(seed);
    (0..count)
        .map(|n| {
            if n % 2 == 0 {
                personal(&mut random, n / 2)
            } else {
                harmless(&mut random)
            }
        })
        .collect()
}

fn personal(random: &mut Random, n: usize) -> Text {
    let (kind, needle) = match n % 10 {
        0 | 1 => ("card", card(random)),
        2 | 3 => ("email", email(random)),
        4 => ("iban", iban(random)),
        5 => ("ip", ip(random)),
        6 => ("token", token(random)),
        7 | 8 => ("phone, said to be one", phone(random)),
        _ => ("phone, alone", phone(random)),
    };
    let around = match kind {
        "phone, said to be one" => random.pick(ASKED),
        _ => random.pick(PLAIN),
    };
    Text {
        kind,
        text: around.replace("{}", &needle),
        needle: Some(needle),
    }
}

fn harmless(random: &mut Random) -> Text {
    let (kind, patterns) = random.pick(HARMLESS);
    let pattern = random.pick(patterns);
    // Words have letters that patterns use: only what looks like a code is filled.
    let filled: Vec<String> = pattern
        .split(' ')
        .map(|word| {
            let code = word.contains('#')
                || word.contains("0N")
                || word.contains("hhh")
                || word.contains("NN")
                || word.contains("CC");
            match (code, word.contains("hhh")) {
                (true, true) => random.fill(&word.replace("ahhh", "8hhh")),
                (true, false) => fill_digits(random, word),
                _ => word.to_owned(),
            }
        })
        .collect();
    Text {
        kind,
        text: filled.join(" "),
        needle: None,
    }
}

/// Digits and capitals alone.
fn fill_digits(random: &mut Random, word: &str) -> String {
    let fill = |c: char| match c {
        '#' | 'N' => random.fill(&c.to_string()),
        'C' if word.contains("CC") => random.fill("C"),
        other => other.to_string(),
    };
    word.chars().map(fill).collect()
}

fn phone(random: &mut Random) -> String {
    let (code, national, international) = random.pick(PHONES);
    match random.below(2) {
        0 => {
            let pattern = random.pick(national);
            random.fill(pattern)
        }
        _ => {
            let pattern = random.pick(international);
            let rest = random.fill(pattern);
            let lead = random.pick(&["+", "+", "+", "00"]);
            let between = if rest.contains(['-', ' ']) {
                random.pick(&[" ", " ", "-"])
            } else {
                ""
            };
            format!("{lead}{code}{between}{rest}")
        }
    }
}

fn email(random: &mut Random) -> String {
    let (first, host) = (random.pick(FIRST), random.pick(HOSTS));
    match random.below(3) {
        0 => format!("{first}{}@{host}", random.below(100)),
        _ => format!("{first}@{host}"),
    }
}

fn card(random: &mut Random) -> String {
    let (head, length, groups) = random.pick(CARDS);
    let mut digits: Vec<u32> = head.chars().filter_map(|c| c.to_digit(10)).collect();
    while digits.len() < length - 1 {
        digits.push(random.below(10) as u32);
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 0 {
                (d * 2) / 10 + (d * 2) % 10
            } else {
                *d
            }
        })
        .sum();
    digits.push((10 - sum % 10) % 10);
    let mut text: Vec<String> = Vec::new();
    let mut at = 0;
    for group in groups {
        text.push(digits[at..at + group].iter().map(u32::to_string).collect());
        at += group;
    }
    text.join(random.pick(&["", " ", "-"]))
}

fn iban(random: &mut Random) -> String {
    let (country, pattern) = random.pick(IBANS);
    let account = random.fill(pattern).to_uppercase();
    let value = |c: char| c.to_digit(36).unwrap_or(0).to_string();
    let spelt: String = format!("{account}{country}00").chars().map(value).collect();
    let rest = spelt
        .bytes()
        .fold(0u32, |rest, b| (rest * 10 + u32::from(b - b'0')) % 97);
    let plain = format!("{country}{:02}{account}", 98 - rest);
    match random.below(3) {
        0 => plain,
        1 => plain.to_lowercase(),
        _ => {
            let chars: Vec<char> = plain.chars().collect();
            let four: Vec<String> = chars.chunks(4).map(String::from_iter).collect();
            four.join(" ")
        }
    }
}

fn ip(random: &mut Random) -> String {
    match random.below(2) {
        0 => format!(
            "{}.{}.{}.{}",
            random.pick(&[5, 23, 62, 81, 93, 145, 178, 203]),
            random.below(256),
            random.below(256),
            random.below(256)
        ),
        _ => {
            let mut parts = [0u16; 8];
            parts[0] = 0x2001;
            for part in &mut parts[1..random.pick(&[3, 4, 8])] {
                *part = random.next() as u16;
            }
            parts[7] = 1 + random.below(60_000) as u16;
            std::net::Ipv6Addr::from(parts).to_string()
        }
    }
}

fn token(random: &mut Random) -> String {
    let forms = [
        "sk-XXXXXXXXXXXXXXXXXXXX7XXXXXXXXXXXXXXX",
        "ghp_XXXXXXXXXXXX5XXXXXXXXXXXXXXXXXXXXXXX",
        "AKIACCCCCC7CCCCCCCC2",
        "xoxb-##########-XXXXXXXXXXXXXXXX",
        "glpat-XXXXXXX4XXXXXXXXXXXX",
        "AIzaXXXXXXXXX8XXXXXXXXXXXXXXXXXXXXXXXXX",
    ];
    match random.below(8) {
        6 | 7 => format!(
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOi{}.{}",
            random.fill("XXXXXXXXXXXXXXXXXX"),
            random.fill("XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX")
        ),
        n => {
            let (at, rest) = forms[n].split_at(4);
            format!("{at}{}", random.fill(rest))
        }
    }
}
