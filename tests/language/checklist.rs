//! Every row and form of the language with the conversations it finds, told by hand from `shelf`; each
//! is asked of the catalogue and of the reference, negated, printed and read back.

use afterword::catalogue::{FacetName, Question};
use afterword::filter::{
    FIELDS, Field, Filter, Pattern as P, Test, ValueKind, parse, plain, terms,
};

use crate::shelf::Shelf;

/// The conversations that are not deleted, and all.
const SHOWN: &str = "abcdf";
const ALL: &str = "abcdef";

/// Filters with the letters of what they find; `!`: no filter.
const ROWS: &[(&str, &str)] = &[
    // Words and phrases.
    ("refund", "abcf"),
    ("REFUND", "abcf"),
    ("refunds", "c"),
    ("refund*", "abcf"),
    ("refund order", "bcf"),
    ("refund AND order", "bcf"),
    ("\"my refund\"", "af"),
    ("\"refund please\"", "a"),
    ("\"refund order\"", "f"),
    ("\"my ord\"*", "c"),
    ("\"please what\"", ""),
    ("order-refund", "c"),
    ("e-mail", "a"),
    ("cafe", "a"),
    ("CAF\u{c9}", "a"),
    ("\u{9000}\u{6b3e}", "a"),
    ("\"\u{8981}\u{9000}\"", "a"),
    ("1182", "a"),
    ("\"a < b OR\"", "f"),
    ("\"OR\"", "bf"),
    ("or", "bf"),
    ("\"none\"", "d"),
    ("none", "d"),
    ("nosuchword", ""),
    ("user_text:refund", "acf"),
    ("user_text:\"my refund\",order", "abcf"),
    ("user_text:ref*", "acf"),
    ("user_text:none", "d"),
    ("bot_text:order", "bd"),
    ("bot_text:support", "a"),
    ("bot_text:sup*", "a"),
    ("bot_text:none", "c"),
    ("bot_text:\"none\"", "d"),
    ("note:late", "a"),
    ("note:\"too late\"", "a"),
    ("note:\"late too\"", ""),
    ("note:none", "bcf"),
    ("note:noth*,took", "ad"),
    // Names of the log.
    ("id:a-1", "a"),
    ("id:A-1,b-1", "ab"),
    ("id:f-*", "f"),
    ("id:*", SHOWN),
    ("id:f-", ""),
    ("source:main", "acdf"),
    ("source:OTHER", "b"),
    ("source:ma*,other", SHOWN),
    ("source:none", ""),
    ("channel:webchat", "a"),
    ("channel:w*", "ab"),
    ("channel:webchat,whatsapp", "ab"),
    ("channel:none", "c"),
    ("channel:\"none\"", "d"),
    ("channel:none,\"none\"", "cd"),
    ("channel:\"voice ivr, \\\"new\\\"\"", "f"),
    ("channel:\"voice i\"*", "f"),
    ("channel:*", "abdf"),
    ("channel:\"w*\"", ""),
    ("lang:en", "a"),
    ("lang:PT*", "b"),
    ("lang:it", "f"),
    ("lang:pt-PT", ""),
    ("lang:none", "c"),
    ("location:\"s\u{e3}o paulo\"", "a"),
    ("location:\"SA\u{303}O PAULO\"", "a"),
    ("location:none", "bcdf"),
    ("location:sa*,S\u{e3}o*", "a"),
    ("device:phone", "a"),
    ("device:none", "bcdf"),
    ("device:PH*", "a"),
    ("agent:support", "a"),
    ("agent:s*", "a"),
    ("agent:none,support", SHOWN),
    ("version:2026*", "ab"),
    ("version:2026.1", "a"),
    ("version:none", "cdf"),
    ("meta:env=production", "a"),
    ("meta:environment=PROD*", "a"),
    ("meta:tier", "ab"),
    ("meta:TIER=gold", "a"),
    ("meta:tier=*", "ab"),
    ("meta:tier=none", "cdf"),
    ("meta:t*", "ab"),
    ("meta:n=3", "a"),
    ("meta:none", "cd"),
    ("meta:nosuch=none", SHOWN),
    ("user:u-7", "a"),
    ("user:\"ANNA k\"", "a"),
    ("user:u-*", "abf"),
    ("user:\u{3bf}\u{3b4}\u{3bf}\u{3c2}", "f"),
    ("user:none", "cd"),
    // Times. Now is Wednesday 2026-05-20, 14:00; the newest (deleted) activity is that day, 09:01.
    ("since:2026-05-18", "bdf"),
    ("since:2026-05-18T06:00", "bdf"),
    ("since:2026-05-18T06:01", "bd"),
    ("since:24h", "b"),
    ("since:6h", "b"),
    ("since:5h", ""),
    ("since:400m", "b"),
    ("since:7d", "abdf"),
    ("since:4w", "abdf"),
    ("since:6mo", "abdf"),
    ("since:1y", "abdf"),
    ("since:today", "b"),
    ("since:yesterday", "bd"),
    ("since:week-1", "abdf"),
    ("since:week-0", "bdf"),
    ("since:month-1", "abdf"),
    ("since:newest-1d", "bd"),
    ("since:newest-2d", "bd"),
    ("since:newest-3d", "bdf"),
    ("until:2026-05-18", "af"),
    ("until:2026-05-18T06:00", "af"),
    ("until:2026-05-18T05:59", "a"),
    ("until:yesterday", "adf"),
    ("until:week-1", "a"),
    ("until:24h", "adf"),
    ("until:month-1", ""),
    ("date:2026-05-19", "d"),
    ("date:2026-05-18..2026-05-19", "df"),
    ("date:2026-05-18T06:00", "f"),
    ("date:..2026-05-17", "a"),
    ("date:2026-05-19..", "bd"),
    ("date:week-1", "a"),
    ("date:week-0", "bdf"),
    ("date:week", "bdf"),
    ("date:month-0", "abdf"),
    ("date:month-1", ""),
    ("date:today,week-1", "ab"),
    ("date:7d", "abdf"),
    ("date:5d..1d", "adf"),
    ("date:newest-7d", "abdf"),
    ("date:none", "c"),
    ("date:none,today", "bc"),
    ("date<2026-05-18", "a"),
    ("date<=2026-05-18", "af"),
    ("date>2026-05-18", "bd"),
    ("date>=2026-05-18", "bdf"),
    ("date=2026-05-18", "f"),
    ("started:2026-05-16", "a"),
    ("started:2026-05-16T23:30", "a"),
    ("started<today", "adf"),
    ("started:none", "c"),
    ("started:week-1", "a"),
    ("time:22:00..06:00", "af"),
    ("time:06:00..22:00", "bd"),
    ("time:23:30..23:30", "a"),
    ("time:8:00", "b"),
    ("time<08:00", "f"),
    ("time:10:00..", "ad"),
    ("time:..04:00", "f"),
    ("time:none", "c"),
    ("weekday:sat,sun", "a"),
    ("weekday:mon,Wed", "bf"),
    ("weekday:none,tue", "cd"),
    ("weekday:thu,fri", ""),
    ("decided:yesterday", "a"),
    ("decided:today", "b"),
    ("decided:none", "cdf"),
    ("decided>=2026-05-20", "b"),
    ("decided:..yesterday", "a"),
    ("duration>5m", "abf"),
    ("duration:13m", "a"),
    ("duration>=2h", "f"),
    ("duration:60s..780s", "abd"),
    ("duration<1d", "abdf"),
    ("duration:none", "c"),
    // Numbers.
    ("messages:4", "a"),
    ("messages:3..", "abf"),
    ("messages:1,2", "cd"),
    ("messages:>=3", "abf"),
    ("user_messages:0", "d"),
    ("user_messages<2", "cd"),
    ("bot_messages:1..2", "abdf"),
    ("bot_messages:0", "c"),
    ("queries:7", "f"),
    ("queries:..1", "bcd"),
    ("fallbacks>=1", "a"),
    ("fallbacks:0", "bcdf"),
    ("rating<=2", "a"),
    ("rating:..2", "a"),
    ("rating:1..5", "ab"),
    ("rating:5", "b"),
    ("rating=5", "b"),
    ("rating:2,5", "ab"),
    ("rating:none", "cdf"),
    ("rating:none,5", "bcdf"),
    ("rating>2", "b"),
    ("confidence<0.6", "af"),
    ("confidence:0.43", "a"),
    ("confidence:0.43004", "a"),
    ("confidence<0.43", "f"),
    ("confidence<=.43", "af"),
    ("confidence:none", "cd"),
    ("confidence:0.4..1", "ab"),
    ("margin<0.1", "af"),
    ("margin:0.03", "a"),
    ("margin:none", "cd"),
    ("margin>-0.5", "abf"),
    ("action_confidence<0.5", "a"),
    ("action_confidence:0.65", "f"),
    ("action_confidence:none", "cd"),
    // What happened.
    ("intent:ask_refund", "a"),
    ("intent:ASK_*", "abf"),
    ("intent:greet,inform", "ab"),
    ("intent:none", "c"),
    ("intent:none,greet", "bc"),
    ("intent:*", "abf"),
    ("intent:ask_refund<0.5", ""),
    ("intent:ask_refund>0.9", "a"),
    ("intent:inform<=0.43", "a"),
    ("intent:ask_*<0.8", "f"),
    ("intent:nlu_fallback<0.5", "f"),
    ("intent:ask_order=0.75", "f"),
    ("action:utter_*", "abf"),
    ("action:action_listen", ""),
    ("action:none", "cd"),
    ("action:utter_*<0.7", "f"),
    ("action:utter_greet>=1", "b"),
    ("policy:tedpolicy", "a"),
    ("policy:rule*", "abf"),
    ("policy:MemoPolicy", ""),
    ("policy:none", "cd"),
    ("entity:city", "a"),
    ("entity:city,amount", "af"),
    ("entity:city=ROME", "a"),
    ("entity:city=r*", "a"),
    ("entity:amount=3", "f"),
    ("entity:city=none", "bcdf"),
    ("entity:none", "bcd"),
    ("slot:city", "af"),
    ("slot:city=Rome", "a"),
    ("slot:city=\"none\"", "f"),
    ("slot:city=none", "bcd"),
    ("slot:x=none", SHOWN),
    ("slot:\"order id\"=3", "b"),
    ("slot:ord*", "b"),
    ("slot:city=*", "af"),
    ("slot:none", "cd"),
    ("flow:checkout", "ab"),
    ("flow:return*", "f"),
    ("flow:*_form", "!"),
    ("flow:none", "cd"),
    ("step:checkout/payment", "b"),
    ("step:checkout/*", "ab"),
    ("step:none", "cd"),
    ("node:email", "af"),
    ("node:e*,pay*", "abf"),
    ("node:none", "cd"),
    ("completed:checkout", "b"),
    ("completed:ch*", "b"),
    ("completed:none", "acdf"),
    ("dropoff:checkout", "a"),
    ("dropoff:checkout/email", "a"),
    ("dropoff:returns_form/payment", "f"),
    ("dropoff:returns_form/email", ""),
    ("dropoff:returns*", "f"),
    ("dropoff:none", "bcd"),
    // Single turns.
    ("turn(intent:inform confidence<0.5 is:fallback)", "a"),
    ("turn(intent:ask_refund is:fallback)", ""),
    ("turn(intent:ask_order confidence<0.8)", "f"),
    ("turn(margin<0.1)", "af"),
    ("turn(corrected:intent=ask_order)", "a"),
    ("turn(corrected:intent intent:ask_refund)", ""),
    ("turn(action:utter_ask bot_text:mail)", "a"),
    ("turn(entity:city=rome user_text:refund)", "a"),
    ("turn(is:problem)", "af"),
    ("turn(is:flagged)", "a"),
    ("turn(is:flagged user_text:1182)", "a"),
    ("turn(is:flagged refund)", ""),
    ("turn(is:button)", "b"),
    ("turn(refund OR hello)", "abcf"),
    ("turn(refund -please)", "bcf"),
    ("turn(-intent:none -is:fallback)", "abdf"),
    ("turn(intent:none)", "c"),
    ("turn(user_text:none)", "d"),
    ("turn(confidence:none)", "cd"),
    ("turn(\"my refund\" \"please\")", "a"),
    ("last(intent:ask_order)", "bf"),
    ("last(is:button)", "b"),
    ("last(refund)", "c"),
    ("last(-refund)", "abdf"),
    ("last(entity:none)", "abcd"),
    ("LAST(Intent:INFORM)", "a"),
    // Reviews.
    ("is:unread", "cdf"),
    ("is:reviewed", "a"),
    ("is:saved,reviewed", "ab"),
    ("is:deleted", "e"),
    ("status:unread", "cdf"),
    ("status:reviewed", "a"),
    ("status:deleted,saved", "be"),
    ("is:flagged", "ab"),
    ("is:escalated", "a"),
    ("is:rated", "ab"),
    ("is:fallback", "a"),
    ("is:problem", "af"),
    ("flag:conversation", "b"),
    ("flag:message", "a"),
    ("flag:conversation,message", "ab"),
    ("verdict:positive", "b"),
    ("verdict:negative", "a"),
    ("verdict:none", "cdf"),
    ("verdict:none,positive", "bcdf"),
    ("tag:billing", "a"),
    ("tag:\"late reply\"", "a"),
    ("tag:LATE*", "a"),
    ("tag:none", "cdf"),
    ("tag:\"none\"", "b"),
    ("tag:none,billing", "acdf"),
    ("tag:*", "ab"),
    ("auto:streak", "bf"),
    ("auto:none", "acd"),
    ("auto:STR*,none", SHOWN),
    ("corrected:intent=ask_order", "a"),
    ("corrected:intent=ASK*", "a"),
    ("corrected:intent", "a"),
    ("corrected:topic=returns", "a"),
    ("corrected:topic=returns/refund", "a"),
    ("corrected:language=it", "f"),
    ("corrected:summary", "f"),
    ("corrected:summary=none", "abcd"),
    ("corrected:none", "bcd"),
    ("corrected:entities,sentiment", ""),
    ("has:note", "ad"),
    ("has:correction", "af"),
    ("has:comment", "a"),
    ("has:button", "b"),
    ("has:rating", "ab"),
    ("has:tag", "ab"),
    ("has:note,button", "abd"),
    ("queue:me", "a"),
    ("queue:ME,none", "acdf"),
    ("queue:bo", "b"),
    ("queue:an*", "a"),
    ("queue:none", "cdf"),
    ("reviewer:me", "b"),
    ("reviewer:bo", "a"),
    ("reviewer:b*,A*", "ab"),
    ("reviewer:none", "cdf"),
    ("topic:returns", "ab"),
    ("topic:returns/refund", "ab"),
    ("topic:returns/*", "ab"),
    ("topic:billing", ""),
    ("topic:fees,delivery", "ab"),
    ("topic:none", "cdf"),
    ("sentiment:positive", "b"),
    ("sentiment:neutral", ""),
    ("sentiment:Negative", "f"),
    ("sentiment<0", "a"),
    ("sentiment:-0.4", "a"),
    ("sentiment:-1..0", "a"),
    ("sentiment:none", "cd"),
    ("sentiment:positive,none,-0.4", "abcd"),
    // Together.
    ("", SHOWN),
    ("is:deleted OR refund", "abcef"),
    ("is:deleted OR is:unread", "cdef"),
    ("refund -is:deleted", "abcf"),
    ("is:unread (is:problem OR rating:..2)", "f"),
    ("NOT refund", "d"),
    ("- refund OR x", "!"),
    ("--refund", "abcf"),
    ("-(refund OR order)", ""),
    ("-(refund order)", "ad"),
    ("-turn(refund)", "d"),
    ("-last(refund)", "abdf"),
    ("channel:w* (rating:5 OR tag:billing) -is:saved", "a"),
    ("a OR b AND c", "f"),
    ("sample:100", SHOWN),
    ("sample:0", ""),
    ("sample:100 seed:7 refund", "abcf"),
    ("seed:7", SHOWN),
];

/// The letters of `all` that are not in `found`.
fn rest(all: &str, found: &str) -> String {
    all.chars().filter(|c| !found.contains(*c)).collect()
}

#[test]
fn every_row_and_form_of_the_language_finds_what_it_says() {
    let mut shelf = Shelf::new();
    let mut wrong = Vec::new();
    let mut check = |text: &str, filter: &Filter, expected: &str| {
        let (fast, plain) = (shelf.found(filter), shelf.plainly(filter));
        if fast != expected || plain != expected {
            wrong.push(format!(
                "{text}: expected {expected:?}, catalogue {fast:?}, reference {plain:?}"
            ));
        }
    };
    for (text, expected) in ROWS {
        if *expected == "!" {
            assert!(parse(text).is_err(), "{text}");
            continue;
        }
        let filter = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        check(text, &filter, expected);
        let printed = filter.to_string();
        assert_eq!(parse(&printed).as_ref(), Ok(&filter), "{text} as {printed}");
        let again = parse(&printed).unwrap().to_string();
        assert_eq!(again, printed, "{text}");
        if plain::sample(&filter).is_some() || terms(&filter).iter().any(|t| t.field == Field::Seed)
        {
            continue;
        }
        // The complement is exact, however it is written.
        let all = match plain::includes_deleted(&filter) {
            true => ALL,
            false => SHOWN,
        };
        let negated = Filter::Not(Box::new(filter.clone()));
        check(&negated.to_string(), &negated, &rest(all, expected));
        let twice = Filter::Not(Box::new(negated.clone()));
        check(&twice.to_string(), &twice, expected);
        if !text.is_empty() {
            for written in [format!("-({text})"), format!("NOT ({text})")] {
                assert_eq!(parse(&written).as_ref(), Ok(&negated), "{written}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the table above would be thin without: every field in every form its kind has, `none` wherever it
/// can be asked for, and something found and something left by each field.
#[test]
fn the_checklist_leaves_no_field_and_no_form_out() {
    let mut missing = Vec::new();
    for info in FIELDS {
        let rows: Vec<(Vec<Test>, &str)> = ROWS
            .iter()
            .filter(|(_, found)| *found != "!")
            .map(|(text, found)| (parse(text).unwrap(), *found))
            .map(|(filter, found)| {
                let own = terms(&filter).into_iter().filter(|t| t.field == info.field);
                (own.map(|t| t.test.clone()).collect(), found)
            })
            .filter(|(tests, _): &(Vec<Test>, _)| !tests.is_empty())
            .collect();
        let mut need = |what: &str, there: bool| {
            if !there {
                missing.push(format!("{}: {what}", info.name));
            }
        };
        let any = |is: fn(&Test) -> bool| rows.iter().any(|(tests, _)| tests.iter().any(is));
        need("something found", rows.iter().any(|(_, f)| !f.is_empty()));
        let divides = |found: &str| !found.is_empty() && found != SHOWN && found != ALL;
        let samples = info.kind == ValueKind::Sample;
        need(
            "something left",
            samples || rows.iter().any(|(_, found)| divides(found)),
        );
        if info.absence {
            need(
                "none",
                any(|t| matches!(t, Test::Any(all) if all.contains(&P::None))),
            );
        }
        match info.kind {
            ValueKind::Words => {
                need(
                    "phrase",
                    any(|t| matches!(t, Test::Words { phrase: true, .. })),
                );
                need(
                    "prefix",
                    any(|t| matches!(t, Test::Words { prefix: true, .. })),
                );
            }
            ValueKind::Names | ValueKind::Scored | ValueKind::Named => {
                let prefix = |t: &Test| match t {
                    Test::Any(all) => all.iter().any(|p| matches!(p, P::Prefix(_))),
                    Test::Named { value, .. } | Test::Scored { value, .. } => {
                        matches!(value, P::Prefix(_))
                    }
                    _ => false,
                };
                need("prefix", any(prefix));
            }
            ValueKind::Count | ValueKind::Decimal | ValueKind::Span | ValueKind::TimeOfDay => {
                need(
                    "one value or a range",
                    any(|t| matches!(t, Test::Range(..) | Test::Any(_))),
                );
            }
            _ => {}
        }
        if info.kind == ValueKind::Named {
            need("name=value", any(|t| matches!(t, Test::Named { .. })));
            need(
                "name=none",
                any(|t| matches!(t, Test::Named { value: P::None, .. })),
            );
        }
        if info.kind == ValueKind::Scored {
            need("a confidence", any(|t| matches!(t, Test::Scored { .. })));
        }
        for value in info.values {
            let asked = |t: &Test| match t {
                Test::Any(all) => all.contains(&P::from(*value)),
                Test::Named { name, .. } => name == value,
                _ => true,
            };
            need(value, rows.iter().any(|(tests, _)| tests.iter().any(asked)));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The facets as the manual lists them.
const FACETS: &str = "channel source lang version location device agent intent action policy entity slot \
    flow step node dropoff tag auto status verdict rating reviewer queue topic sentiment is:escalated \
    is:fallback is:problem is:flagged";

#[test]
fn a_facet_of_the_manual_counts_what_its_values_find() {
    let mut shelf = Shelf::new();
    let facets: Vec<FacetName> = FACETS
        .split_whitespace()
        .map(|name| FacetName::parse(name).unwrap_or_else(|| panic!("{name}")))
        .collect();
    assert_eq!(facets.len(), FacetName::ALL.len());
    let context = shelf.context();
    for filter in ["", "refund", "channel:w*", "is:deleted OR is:unread"] {
        let filter = parse(filter).unwrap();
        let question = Question {
            filter: filter.clone(),
            facets: facets.clone(),
            ..Question::default()
        };
        let answer = shelf.catalogue.answer(&shelf.store, &question, &context);
        let counted = answer.unwrap().facets;
        let mut values = 0;
        for counts in counted {
            // Its own term is left out of what a facet is counted under; statuses count deleted ones.
            let own = [Field::Channel, Field::Status].contains(&counts.facet.field());
            for (value, count) in counts.values.iter().filter(|_| !own) {
                let narrower = Filter::and(vec![filter.clone(), counts.facet.term(value)]);
                let name = counts.facet.name();
                assert_eq!(
                    shelf.found(&narrower).len() as u64,
                    *count,
                    "{name} {value}: {narrower}"
                );
                assert_eq!(
                    shelf.plainly(&narrower).len() as u64,
                    *count,
                    "{name} {value}: {narrower}"
                );
                values += 1;
            }
        }
        assert!(values > 30, "{values} values");
    }
}
