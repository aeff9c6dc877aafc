//! Random filters, as text first: what parses is what people type.

use super::Random;
use crate::filter::ast::Filter;
use crate::filter::parse::parse;

/// One term as text; `in_turn`: of those that may stand inside `turn(…)`.
fn term(random: &mut Random, in_turn: bool) -> String {
    const BOTH: &[&str] = &[
        "refund",
        "order*",
        "cafe",
        "\u{9000}\u{6b3e}",
        "\u{8ba2}*",
        "\"my order\"",
        "\"my ord\"*",
        "order-refund",
        "user_text:refund",
        "user_text:\"my refund\",1182",
        "user_text:none",
        "bot_text:order",
        "bot_text:none",
        "bot_text:caf*",
        "intent:greet",
        "intent:ASK_*",
        "intent:none",
        "intent:greet,inform",
        "intent:none,greet",
        "intent:ask_refund<0.7",
        "intent:ask_*>=0.5",
        "intent:nlu_fallback<0.7",
        "intent:*",
        "action:utter_greet",
        "action:none",
        "action:utter_*<0.7",
        "action:utter_sorry=0.7",
        "confidence<0.7",
        "confidence<=0.7",
        "confidence:0.7",
        "confidence:none",
        "confidence:0.5..0.7",
        "confidence>0.5",
        "margin<0.1",
        "margin:none",
        "margin:-0.2..0.2",
        "entity:city",
        "entity:city=rome",
        "entity:city=none",
        "entity:city=r*",
        "entity:none",
        "entity:city=\"none\"",
        "is:fallback",
        "is:problem",
        "is:flagged",
        "corrected:intent",
        "corrected:intent=greet",
        "corrected:none",
        "corrected:entities",
        "corrected:entities=city",
        "corrected:entities=none",
        "corrected:entities=\"order id\"",
        "corrected:entities=c*",
        "corrected:intent=none",
        "corrected:topic=returns",
        "corrected:topic=returns/*",
        "corrected:sentiment,language",
    ];
    const WHOLE: &[&str] = &[
        "id:a",
        "id:u1",
        "id:\"u2#2\"",
        "source:main",
        "source:other,main",
        "source:none",
        "channel:webchat",
        "channel:WHATSAPP,none",
        "channel:\"voice i\"*",
        "lang:PT*",
        "lang:none",
        "lang:\"none\"",
        "location:\"s\u{e3}o paulo\"",
        "location:none",
        "device:none",
        "device:phone",
        "agent:support",
        "agent:*",
        "version:v1",
        "version:none",
        "meta:env=production",
        "meta:env",
        "meta:tier=gold",
        "meta:tier=none",
        "meta:none",
        "meta:count=3",
        "user:u1",
        "user:\"anna k\"",
        "user:none",
        "user:\u{3bf}\u{3b4}\u{3bf}\u{3c2}",
        "since:7d",
        "since:yesterday",
        "until:week-1",
        "until:24h",
        "since:newest-2d",
        "date:today",
        "date:none",
        "date:14d..3d",
        "date:7d",
        "date<week-0",
        "date>2026-05-18",
        "date:2026-05-19T10:00..",
        "started:month-0",
        "started>=yesterday",
        "started:newest-7d",
        "time:22:00..06:00",
        "time:08:00..17:59",
        "time>12:00",
        "time:none",
        "weekday:sat,sun",
        "weekday:wed",
        "decided:none",
        "decided:yesterday",
        "decided:3d..",
        "duration>5m",
        "duration:..30m",
        "duration:none",
        "messages:3..",
        "messages:0",
        "user_messages:0",
        "user_messages<2",
        "bot_messages>1",
        "queries:1..2",
        "fallbacks:1..",
        "fallbacks:0",
        "rating<=2",
        "rating:none",
        "rating:4,5",
        "rating:..3",
        "rating>=1",
        "action_confidence<0.7",
        "action_confidence:none",
        "policy:TED*",
        "policy:none",
        "policy:rulepolicy",
        "slot:city",
        "slot:city=rome",
        "slot:city=none",
        "slot:\"order id\"=3",
        "slot:city=\"[1,\"*",
        "slot:none",
        "slot:*",
        "slot:city=*",
        "flow:checkout",
        "flow:none",
        "step:checkout/email",
        "step:checkout/*",
        "node:email",
        "completed:checkout",
        "completed:none",
        "dropoff:checkout",
        "dropoff:checkout/payment",
        "dropoff:none",
        "is:unread",
        "is:reviewed,saved",
        "is:deleted",
        "is:escalated",
        "is:rated",
        "flag:conversation",
        "flag:message",
        "verdict:positive",
        "verdict:none",
        "verdict:negative,none",
        "tag:billing",
        "tag:none",
        "tag:\"none\"",
        "tag:\"late reply\"",
        "tag:b*",
        "auto:none",
        "auto:streak",
        "status:unread",
        "status:deleted,saved",
        "has:note",
        "has:correction",
        "has:comment",
        "has:button",
        "has:rating",
        "has:tag",
        "note:late",
        "note:\"too late\"",
        "note:none",
        "queue:me",
        "queue:none",
        "queue:bo",
        "reviewer:me",
        "reviewer:none",
        "topic:returns",
        "topic:returns/refund",
        "topic:none",
        "sentiment:positive",
        "sentiment:none",
        "sentiment<0",
        "sentiment:-0.5..0.3",
        "sentiment:0.25,negative",
    ];
    const TURN: &[&str] = &["is:button", "is:fallback", "is:problem"];
    let terms = match in_turn {
        true if random.once_in(6) => TURN,
        true => BOTH,
        false if random.once_in(4) => BOTH,
        false => WHOLE,
    };
    random.of(terms).to_owned()
}

fn part(random: &mut Random, depth: u64, in_turn: bool) -> String {
    match random.below(if depth == 0 { 5 } else { 9 }) {
        0 => format!("-{}", term(random, in_turn)),
        1 if !in_turn => {
            let name = random.of(&["turn", "turn", "last"]);
            format!("{name}({})", any(random, depth.min(1), true))
        }
        5 | 6 => format!("({})", any(random, depth - 1, in_turn)),
        7 => format!("-({})", any(random, depth - 1, in_turn)),
        _ => term(random, in_turn),
    }
}

fn any(random: &mut Random, depth: u64, in_turn: bool) -> String {
    let mut text = part(random, depth, in_turn);
    for _ in 0..random.below(3) {
        text.push_str(random.of(&[" ", " ", " OR "]));
        text.push_str(&part(random, depth, in_turn));
    }
    text
}

/// The text of a random filter, which parses.
pub fn random_text(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = any(&mut random, 2, false);
    if random.once_in(10) {
        text = format!(
            "({text}) sample:{} seed:{}",
            random.below(20),
            random.below(3)
        );
    }
    text
}

/// A random filter.
pub fn random_filter(seed: u64) -> Filter {
    parse(&random_text(seed)).unwrap_or_default()
}
