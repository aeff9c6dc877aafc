//! What the other keys do: tags, flags, notes, undo over restarts, presets and the way back.

use afterword::filter::Field;
use afterword::model::{SortKey, Status};
use afterword::tui::layout::Pane;
use afterword::tui::msg::{Msg, ValuesOf};

use crate::common::{Screen, Start, fixture};

fn tags(screen: &Screen, name: &str) -> Vec<String> {
    let review = screen.review(name);
    review
        .tags
        .iter()
        .map(|t| t.for_search().to_owned())
        .collect()
}

#[test]
fn a_digit_puts_its_tag_on_and_takes_it_off() {
    for open in ["", "<enter>"] {
        let mut screen = Screen::all();
        screen.go("visitor-4").press(open).press("2");
        assert_eq!(tags(&screen, "visitor-4"), ["shipping"]);
        assert!(screen.text().contains("shipping"));
        assert_eq!(screen.here(), "visitor-4", "a tag decides nothing");
        assert_eq!(screen.review("visitor-4").status, Status::Unread);
        screen.press("12");
        assert_eq!(tags(&screen, "visitor-4"), ["billing"]);
        screen.press("7");
        assert!(screen.status().starts_with("no tag on 7"));
        screen.press("uu");
        assert_eq!(tags(&screen, "visitor-4"), ["shipping"]);
    }
}

#[test]
fn the_picker_makes_a_tag_with_the_first_free_digit() {
    let mut screen = Screen::all();
    let before = screen.journal().len();
    screen.press("jtwrong answer<enter>");
    assert_eq!(tags(&screen, "visitor-4"), ["wrong answer"]);
    assert_eq!(screen.journal().len(), before + 1, "one entry");
    screen.press("j3");
    assert_eq!(
        tags(&screen, "t-1001"),
        ["billing", "shipping", "wrong answer"]
    );
}

#[test]
fn the_picker_ticks_several_and_writes_one_entry() {
    let mut screen = Screen::all();
    let before = screen.journal().len();
    // The cursor stands on billing, which anna.k has.
    screen.press("t<tab><down><tab><down><tab><enter>");
    assert_eq!(tags(&screen, "anna.k"), ["shipping", "tone"]);
    assert_eq!(screen.journal().len(), before + 1);
    screen.press("u");
    assert_eq!(tags(&screen, "anna.k"), ["billing"]);
    // Escape leaves everything as it is.
    screen.press("t<tab><esc>");
    assert_eq!(tags(&screen, "anna.k"), ["billing"]);
    assert_eq!(screen.journal().len(), before + 2);
}

#[test]
fn the_picker_finds_by_typing_and_toggles_what_is_under_the_cursor() {
    let mut screen = Screen::all();
    screen.press("tbil<enter>");
    assert_eq!(tags(&screen, "anna.k"), Vec::<String>::new());
    screen.press("tTONE<enter>");
    assert_eq!(
        tags(&screen, "anna.k"),
        ["tone"],
        "no second tag of another case"
    );
    assert_eq!(screen.app.tags.len(), 3);
}

#[test]
fn alt_digit_gives_a_tag_its_key() {
    let mut screen = Screen::all();
    screen.press("ttone<alt-5>");
    screen.press("5");
    assert_eq!(tags(&screen, "anna.k"), ["billing", "tone"]);
    // A digit that is taken changes its owner.
    screen.press("ttone<alt-1>");
    let key = |screen: &Screen, name: &str| {
        let tag = screen.app.tags.iter().find(|t| t.name == name.into());
        tag.unwrap().key
    };
    assert_eq!(key(&screen, "tone"), Some('1'));
    assert_eq!(key(&screen, "billing"), None);
    screen.press("u");
    assert_eq!(key(&screen, "tone"), Some('5'));
    assert_eq!(key(&screen, "billing"), Some('1'));
}

#[test]
fn tags_go_on_all_marked_rows() {
    let mut screen = Screen::all();
    screen.press("j  2");
    for name in ["visitor-4", "t-1001"] {
        assert!(
            tags(&screen, name).contains(&"shipping".to_owned()),
            "{name}"
        );
    }
    assert_eq!(screen.journal()[0].bulk.as_deref(), Some(""));
}

#[test]
fn f_flags_the_event_in_the_reader_and_the_conversation_in_the_list() {
    let mut screen = Screen::all();
    screen.go("visitor-9").press("f");
    assert!(screen.review("visitor-9").flagged);
    assert!(screen.text().contains("> N !"), "{}", screen.text());
    screen.press("f");
    assert!(!screen.review("visitor-9").flagged);

    screen.press("<enter>jf");
    let review = screen.review("visitor-9");
    assert!(!review.flagged);
    assert_eq!(review.flagged_events.len(), 1);
    assert!(screen.text().contains(">! bot"), "{}", screen.text());
    screen.press("q");
    assert!(screen.text().contains("> N  1"), "counted in the list");
    screen.press("<enter>F");
    assert!(
        screen.review("visitor-9").flagged,
        "F is the conversation everywhere"
    );
    screen.press("f");
    assert_eq!(screen.review("visitor-9").flagged_events.len(), 0);
    screen.press("u");
    assert_eq!(screen.review("visitor-9").flagged_events.len(), 1);
}

#[test]
fn on_the_header_a_flag_or_note_is_the_conversations() {
    let mut screen = Screen::all();
    screen.go("visitor-9").press("<enter>gfcall of it<enter>");
    let review = screen.review("visitor-9");
    assert!(review.flagged);
    assert_eq!(review.flagged_events.len(), 0);
    assert_eq!(review.notes[0].event, None);
    assert!(screen.text().contains("\"ida: all of it"));
}

#[test]
fn a_note_stands_under_its_event() {
    let mut screen = Screen::all();
    screen.press("<enter>cthe link <backspace>!<enter>");
    let review = screen.review("anna.k");
    assert_eq!(review.notes.len(), 1);
    assert_eq!(review.notes[0].text.for_search(), "the link!");
    assert!(review.notes[0].event.is_some());
    let text = screen.text();
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|l| l.contains("I just did")).unwrap();
    assert!(
        lines[at + 1..at + 3]
            .iter()
            .any(|l| l.contains("\"ida: the link!"))
    );
    screen.press("c  <enter>");
    assert!(screen.status().starts_with("an empty note is not kept"));
    screen.press("cdropped<esc>");
    assert_eq!(screen.review("anna.k").notes.len(), 1);
    screen.press("u");
    assert_eq!(screen.review("anna.k").notes.len(), 0);
    assert!(!screen.text().contains("\"ida: the link!"));
}

#[test]
fn the_dot_repeats_the_last_tag_flag_or_note() {
    let mut screen = Screen::all();
    screen.press(".");
    assert!(screen.status().starts_with("nothing to repeat yet"));
    screen.press("j2j.");
    assert_eq!(tags(&screen, "visitor-4"), ["shipping"]);
    assert!(tags(&screen, "t-1001").contains(&"shipping".to_owned()));
    screen.press("j.");
    assert_eq!(tags(&screen, "j.ortiz"), ["shipping"]);
    // On what has it, it stays on: a repeat is no toggle.
    screen.press(".");
    assert_eq!(tags(&screen, "j.ortiz"), ["shipping"]);
    screen.press("jcslow<enter>j.");
    assert_eq!(screen.review("t-1002").notes[0].text.for_search(), "slow");
    screen.press("jfj.");
    assert!(screen.review("+12025550018").flagged);
}

#[test]
fn undo_and_redo_go_on_after_a_restart() {
    let mut screen = Start::on(fixture::many(5)).go();
    screen.press("xp1");
    screen.press("tbad<enter>");
    screen.press("q");
    assert!(screen.left);
    let mut screen = screen.restart();
    screen.press("u");
    assert_eq!(tags(&screen, "visitor-3"), Vec::<String>::new());
    screen.press("u");
    assert_eq!(screen.review("visitor-2").status, Status::Unread);
    let mut screen = screen.restart();
    screen.press("<ctrl-r>");
    assert_eq!(screen.review("visitor-2").status, Status::Reviewed);
    screen.press("u").press("u");
    assert_eq!(screen.review("visitor-1").status, Status::Unread);
    screen.press("u");
    assert!(
        screen.status().contains("nothing to undo"),
        "{}",
        screen.status()
    );
    assert!(
        !screen.status().contains("not written"),
        "{}",
        screen.status()
    );
    screen.press("<ctrl-r><ctrl-r><ctrl-r>");
    assert_eq!(screen.review("visitor-1").status, Status::Reviewed);
    assert_eq!(screen.review("visitor-2").status, Status::Reviewed);
    assert_eq!(tags(&screen, "visitor-3"), ["bad"]);
    screen.press("<ctrl-r>");
    assert!(
        screen.status().contains("nothing to"),
        "{}",
        screen.status()
    );
}

#[test]
fn only_ones_own_changes_are_undone() {
    let mut screen = Screen::all();
    screen.press("u");
    assert!(
        screen.status().contains("nothing to undo"),
        "{}",
        screen.status()
    );
    assert_eq!(
        screen.review("visitor-2").status,
        Status::Saved,
        "a colleague's"
    );
}

#[test]
fn the_journal_takes_any_entry_back() {
    let mut screen = Screen::all();
    screen.press("rpH");
    assert!(screen.text().contains("journal"));
    // The second newest: the one of anna.k.
    screen.press("ju");
    assert_eq!(screen.review("anna.k").status, Status::Unread);
    assert_eq!(screen.review("visitor-4").status, Status::Reviewed);
    screen.press("<esc>H");
    assert!(
        screen.text().contains("(taken back) reviewed  anna.k"),
        "{}",
        screen.text()
    );
    // Enter goes to what an entry is about.
    screen.press("jj<enter>");
    assert_eq!(screen.app.focus, Pane::Reader);
    assert!(screen.text().contains("anna.k"));
}

#[test]
fn a_preset_is_saved_opened_by_its_key_and_deleted() {
    let mut screen = Screen::all();
    screen.press("/is:problem<enter>o");
    screen.press("messages<enter>O<ctrl-s>My problems<enter>");
    assert!(
        screen.text().contains("key for My problems"),
        "{}",
        screen.text()
    );
    // A key that is taken is refused, and asked for again.
    screen.press("1");
    assert!(
        screen.status().contains("1 is the key of Unread"),
        "{}",
        screen.status()
    );
    screen.press("z");
    assert!(
        screen.status().contains("preset My problems saved on 'z"),
        "{}",
        screen.status()
    );
    let names = screen.names();
    let kept = screen.store().preset("my problems").unwrap();
    assert_eq!((kept.key, kept.filter.as_str()), (Some('z'), "is:problem"));
    assert_eq!((kept.sort, kept.reverse), (SortKey::Messages, true));

    screen.press("'0");
    assert_eq!(screen.names().len(), 16);
    screen.press("'z");
    assert_eq!(screen.names(), names);
    assert!(screen.text().starts_with("My problems"));

    let mut screen = screen.restart();
    screen.press("'0'z");
    assert_eq!(screen.names(), names);
    // There is no undo for it: one press only asks.
    screen.press("Pmy p<ctrl-d>");
    assert!(screen.store().preset("My problems").is_ok());
    assert!(screen.status().contains("ctrl-d again deletes"));
    screen.press("<ctrl-d>");
    assert!(screen.store().preset("My problems").is_err());
    screen.press("'z");
    assert!(screen.status().starts_with("no preset on z"));
}

#[test]
fn a_preset_without_a_key_and_one_that_is_replaced() {
    let mut screen = Screen::all();
    screen.press("/is:problem<enter><ctrl-s>No key<enter><enter>");
    assert_eq!(screen.store().preset("No key").unwrap().key, None);
    screen.press("/<ctrl-u>is:flagged<enter>");
    assert_eq!(screen.app.view.text, "is:flagged");
    screen.press("Pno k<ctrl-s><enter>");
    assert_eq!(
        screen.store().preset("No key").unwrap().filter,
        "is:flagged"
    );
    // From the filter line as well.
    screen.press("/<ctrl-u>is:saved<ctrl-s>Put by<enter>y");
    assert_eq!(screen.store().preset("Put by").unwrap().filter, "is:saved");
    screen.press("Pput<ctrl-k>w");
    assert_eq!(screen.store().preset("Put by").unwrap().key, Some('w'));
}

#[test]
fn two_quotes_go_back_to_filter_row_and_marks_and_forth_again() {
    let mut screen = Screen::all();
    screen.press("jjj  ");
    assert_eq!(screen.here(), "t-1002");
    screen.press("'5");
    assert_eq!(screen.names(), ["anna.k", "verbose"]);
    screen.press("j''");
    assert_eq!(screen.app.view.text, "");
    assert_eq!(screen.here(), "t-1002");
    assert_eq!(screen.app.list.marks.len(), 2);
    screen.press("''");
    assert_eq!(screen.app.view.text, "is:fallback");
    assert_eq!(screen.here(), "verbose");
}

#[test]
fn star_filters_by_a_value_of_the_event_or_row() {
    let mut screen = Screen::all();
    screen.go("visitor-4").press("<enter>*");
    assert_eq!(screen.app.view.text, "intent:change_slot");
    assert_eq!(screen.names(), ["visitor-4"]);
    screen.press("''");
    screen.press("q*chan<enter>");
    assert_eq!(screen.app.view.text, "channel:whatsapp");
    assert_eq!(screen.names(), ["visitor-4", "j.ortiz"]);
}

#[test]
fn a_range_that_has_begun_is_decided_on() {
    let mut screen = Screen::all();
    let names = screen.names();
    screen.press("gvjjr");
    for name in &names[..3] {
        assert_eq!(screen.review(name).status, Status::Reviewed, "{name}");
    }
    screen.press("u");
    assert!(
        names[..3]
            .iter()
            .any(|name| screen.review(name).status == Status::Unread)
    );
}

#[test]
fn an_open_quote_is_closed_by_keeping_the_filter() {
    let mut screen = Screen::all();
    screen.press("/<ctrl-u>").press("\"change delivery<enter>");
    assert!(screen.app.line.is_none());
    assert_eq!(screen.names(), ["visitor-4"]);
}

#[test]
fn the_list_is_sorted_and_turned_round() {
    let mut screen = Screen::all();
    let newest = screen.names();
    screen.go("visitor-9").press("O");
    let mut oldest = screen.names();
    oldest.reverse();
    assert_eq!(oldest, newest);
    assert_eq!(
        screen.here(),
        screen.names()[0],
        "another order is read from its top"
    );
    screen.press("Oomessages<enter>");
    assert_eq!(screen.app.view.sort, SortKey::Messages);
    assert_eq!(screen.names()[0], "visitor-2");
    let mut screen = screen.restart();
    assert_eq!(screen.app.view.sort, SortKey::Messages);
    screen.press("oconf<enter>");
    assert_eq!(screen.names()[0], "verbose", "the least confident");
}

#[test]
fn the_screen_comes_back_where_it_was_left() {
    let mut screen = Start::on(fixture::store()).go();
    assert_eq!(
        screen.app.view.preset.as_deref(),
        Some("Unread"),
        "first start"
    );
    screen.press("'0").go("m.chen").press("q");
    let mut screen = screen.restart();
    assert_eq!(screen.app.view.preset.as_deref(), Some("All"));
    assert_eq!(screen.here(), "m.chen");
    screen.press("/channel:whatsapp<enter>jQ");
    let screen = screen.restart();
    assert_eq!(screen.app.view.text, "channel:whatsapp");
    assert_eq!(screen.here(), "j.ortiz");
    let mut screen = screen;
    // Filters typed before are there, too.
    screen.press("/<ctrl-u><up>");
    assert!(screen.text().starts_with("/channel:whatsapp"));
}

#[test]
fn a_paste_is_text_in_a_prompt_and_nothing_in_a_list() {
    let hostile = "dxr\nq<enter>\u{1b}[2J\u{202e}";
    for open in ["", "<enter>", "<tab><tab>"] {
        let mut screen = Start::on(fixture::store()).size(200, 50).filter("").go();
        let journal = screen.journal().len();
        screen.press(open);
        let before = screen.text();
        screen.paste(hostile);
        assert_eq!(screen.text(), before);
        assert_eq!(screen.journal().len(), journal);
        assert!(!screen.left);
    }
    let mut screen = Screen::all();
    screen.press("c").paste("two\nlines\u{1b}[2J");
    assert_eq!(
        screen.review("anna.k").notes.len(),
        0,
        "a pasted end of line ends nothing"
    );
    screen.press("<enter>");
    let notes = screen.review("anna.k").notes;
    assert_eq!(notes[0].text.for_search(), "two lines [2J");
    screen.press("/").paste("is:problem\n");
    assert_eq!(screen.app.view.text, "is:problem");
    screen.press("<home>").paste("übel OR").press(" ");
    assert!(screen.text().starts_with("/übel OR is:problem"));
    screen.press("<esc>t").paste("new\ttag").press("<enter>");
    assert_eq!(tags(&screen, "anna.k"), ["billing", "new tag"]);
}

#[test]
fn escape_undoes_one_layer_and_never_quits() {
    let mut screen = Start::on(fixture::store())
        .size(200, 50)
        .filter("is:problem")
        .go();
    screen.press("<esc><esc><esc>");
    assert!(!screen.left);
    assert_eq!(screen.app.view.text, "is:problem", "never the filter");
    screen.press("  <enter><enter>?<esc>");
    assert!(screen.app.popup.is_none() && screen.app.reader.detail);
    screen.press("<esc>");
    assert!(screen.app.list.marks.is_empty(), "marks before panes");
    screen.press("<esc>");
    assert!(!screen.app.reader.detail);
    screen.press("<esc>");
    assert_eq!(screen.app.focus, Pane::List);
    for open in ["t", ":", "?", "P", "'", "c", "H", "o", "*", "/", "<ctrl-s>"] {
        screen.press(open);
        assert!(
            screen.app.popup.is_some() || screen.app.line.is_some(),
            "{open}"
        );
        screen.press("<esc>");
        assert!(
            screen.app.popup.is_none() && screen.app.line.is_none(),
            "{open}"
        );
    }
    assert!(!screen.left);
}

#[test]
fn q_goes_back_and_quits_from_the_list() {
    let mut screen = Start::on(fixture::store()).size(200, 50).filter("").go();
    screen.press("<enter><enter>q");
    assert!(!screen.app.reader.detail);
    screen.press("q");
    assert_eq!((screen.app.focus, screen.left), (Pane::List, false));
    screen.press("q");
    assert!(screen.left);
    let mut screen = Screen::all();
    screen.press("<enter>Q");
    assert!(screen.left);
    // ctrl-c does not.
    let mut screen = Screen::all();
    screen.press("<ctrl-c><enter>t<ctrl-c><ctrl-c>");
    assert!(!screen.left);
    assert!(screen.status().contains("q leaves afterword"));
    // Too small to see anything: only leaving works.
    let mut screen = Screen::all();
    screen.resize(30, 5).press("xd");
    assert_eq!(screen.review("anna.k").status, Status::Unread);
    screen.press("q");
    assert!(screen.left);
}

#[test]
fn the_filter_line_goes_back_on_escape_and_keeps_on_enter() {
    let mut screen = Screen::all();
    screen.press("jj /is:problem");
    assert_eq!(screen.names().len(), 5, "while it is typed");
    assert!(screen.app.list.marks.is_empty());
    screen.press("<esc>");
    assert_eq!(screen.names().len(), 16);
    assert_eq!(screen.here(), "j.ortiz", "where the cursor was");
    assert_eq!(screen.app.list.marks.len(), 1, "and the marks");
    assert_eq!(screen.app.view.preset, None);
    screen.press("/is:problem<enter>");
    assert_eq!(screen.app.view.text, "is:problem");
    assert!(screen.app.list.marks.is_empty());
    // What does not parse is not kept.
    screen.press("/(<enter>");
    assert!(screen.app.line.is_some());
    screen.press("<esc>");
    assert_eq!(screen.app.view.text, "is:problem");
    // Opening it and pressing enter changes nothing.
    screen.press("'1/<enter>");
    assert_eq!(screen.app.view.preset.as_deref(), Some("Unread"));
}

#[test]
fn tab_goes_through_all_offers() {
    let mut screen = Screen::all();
    screen.press("/channel:<tab>");
    assert_eq!(screen.names().len(), 11);
    screen.press("<tab>");
    assert!(screen.text().starts_with("/channel:email"));
    assert_eq!(screen.names(), ["t-1001", "t-1002"]);
    screen.press("<tab><tab>");
    assert!(
        screen.text().starts_with("/channel:webchat"),
        "round the end"
    );
    screen.press("<backtab>");
    assert!(screen.text().starts_with("/channel:whatsapp"));
    screen.press(" rat<tab>");
    assert!(
        screen.text().starts_with("/channel:whatsapp rating:"),
        "{}",
        screen.text()
    );
}

#[test]
fn tab_completes_the_name_of_a_preset_to_its_filter() {
    let mut screen = Screen::all();
    screen.press("/problem<tab>");
    assert!(
        screen
            .text()
            .starts_with("/is:unread (is:problem OR rating:..2)"),
        "{}",
        screen.text()
    );
}

#[test]
fn tab_completes_the_values_of_a_name_with_their_counts() {
    let mut screen = Screen::all();
    let mut offers = |typed: &str| {
        screen.press("<esc>/").press(typed);
        let line = screen.app.line.as_ref().unwrap();
        let offers = line.offers.iter();
        offers
            .map(|o| format!("{} {}", o.insert, o.detail))
            .collect::<Vec<_>>()
    };
    assert_eq!(offers("slot:city="), ["milan 1", "rome 1"]);
    assert_eq!(offers("slot:city=R"), ["rome 1"]);
    assert_eq!(offers("turn(entity:order_id=1"), ["1182 1"]);
    // The names of slots are no values of one, and what is not kept by name has none.
    assert_eq!(offers("slot:nowhere="), Vec::<String>::new());
    assert_eq!(offers("corrected:intent="), Vec::<String>::new());
    screen.press("<esc>/slot:city=R<tab><enter>");
    assert_eq!(screen.app.view.text, "slot:city=rome");
    assert_eq!(screen.names(), ["m.chen"]);
}

/// What was asked for before the last letter comes after it.
#[test]
fn values_that_come_late_are_not_offered() {
    let mut screen = Screen::all();
    screen.hold().press("/channel:w");
    let late = screen.app.line.as_ref().unwrap().offers.clone();
    let of = ValuesOf {
        field: Field::Channel,
        name: None,
        prefix: String::new(),
    };
    screen.send(Msg::Values(of.clone(), vec![("telegram".to_owned(), 3)]));
    assert_eq!(screen.app.line.as_ref().unwrap().offers, late);
    let of = ValuesOf {
        prefix: "w".to_owned(),
        ..of
    };
    screen.send(Msg::Values(of, vec![("whatsapp".to_owned(), 3)]));
    assert_eq!(
        screen.app.line.as_ref().unwrap().offers[0].insert,
        "whatsapp"
    );
}

#[test]
fn an_unfinished_field_leaves_the_list_alone() {
    let mut screen = Screen::all();
    screen.press("/is:problem channel:");
    assert_eq!(screen.names().len(), 5, "as without it");
    assert!(screen.status().contains("expected a value"));
    screen.press("whatsapp");
    assert_eq!(screen.names(), ["visitor-4"]);
}

#[test]
fn hits_go_on_into_the_next_conversation() {
    for size in [(80, 24), (120, 40)] {
        let mut screen = Start::on(fixture::store())
            .size(size.0, size.1)
            .filter("")
            .go();
        screen.press("/1182<enter><enter>");
        assert_eq!(screen.names(), ["anna.k", "ليلى"]);
        let at = |screen: &Screen| screen.app.reader.open.as_ref().unwrap().cursor.unwrap();
        let first = at(&screen);
        screen.press("n");
        assert!(at(&screen) > first, "{}", screen.text());
        assert_eq!(screen.here(), "anna.k");
        screen.press("n");
        assert_eq!(screen.here(), "ليلى");
        screen.press("n");
        assert!(screen.status().contains("no further hit"));
        screen.press("N");
        assert_eq!(screen.here(), "anna.k");
        assert!(at(&screen) > first, "on the last hit");
    }
}

#[test]
fn problems_and_turns_are_gone_to() {
    let mut screen = Start::on(fixture::store()).size(120, 40).filter("").go();
    let said = |screen: &Screen| {
        let open = screen.app.reader.open.as_ref().unwrap();
        let event = &open.whole.events[open.cursor.unwrap()];
        event.text.as_ref().unwrap().for_search().to_owned()
    };
    assert_eq!(
        said(&screen),
        "I just did. 1182.",
        "opens on the first problem"
    );
    // From the list the keys reach the reader beside it.
    screen.press("{");
    assert_eq!(said(&screen), "The refund link for 1182 has expired.");
    screen.press("]");
    assert_eq!(said(&screen), "I just did. 1182.");
    screen.press("]");
    assert!(screen.status().contains("no further problem"));
    screen.press("{}}");
    assert!(screen.status().contains("no further turn"));
    assert_eq!(screen.app.focus, Pane::List);
}

#[test]
fn j_and_k_in_capitals_go_over_conversations() {
    let mut screen = Screen::all();
    screen.go("visitor-9").press("J");
    assert_eq!(screen.here(), "m.chen", "in the list: undecided ones");
    screen.press("K");
    assert_eq!(screen.here(), "visitor-9");
    screen.press("<enter>J");
    assert_eq!(screen.here(), "t-1002", "in the reader: every one");
    assert!(screen.text().contains("that was quick"));
    screen.press("K");
    assert!(screen.text().contains("What can I do?"));
}

#[test]
fn links_and_text_go_out() {
    let mut screen = Screen::all();
    screen.press("y<enter>ye");
    let id = screen.store().cards(&[screen.row("anna.k")]).unwrap()[0].id;
    assert_eq!(screen.copied[0], format!("afterword://{id}"));
    assert!(screen.copied[1].starts_with(&format!("afterword://{id}/")));
    assert!(screen.paged[0].contains("I just did. 1182."));
    screen.press("qye");
    assert_eq!(screen.copied.len(), 3);
}

#[test]
fn the_sidebar_adds_excludes_and_opens() {
    let mut screen = Start::on(fixture::store()).size(200, 50).filter("").go();
    screen.press("<tab><tab>");
    assert_eq!(screen.app.focus, Pane::Sidebar);
    // The first lines are presets.
    screen.press("gjj<enter>");
    assert_eq!(screen.app.view.preset.as_deref(), Some("Problems"));
    assert_eq!(screen.app.focus, Pane::List);
    let line = |screen: &Screen, value: &str| {
        use afterword::tui::app::sidebar::SidebarLine;
        let lines = screen.app.sidebar_lines();
        lines
            .iter()
            .position(|l| matches!(l, SidebarLine::Value(_, v, ..) if v == value))
            .unwrap()
    };
    screen.press("'0<tab><tab>g");
    while screen.app.sidebar.cursor != line(&screen, "whatsapp") {
        screen.press("j");
    }
    screen.press("<enter>");
    assert_eq!(screen.app.view.text, "channel:whatsapp");
    assert_eq!(screen.names(), ["visitor-4", "j.ortiz"]);
    screen.press("<enter>");
    assert_eq!(screen.names().len(), 16, "once more takes it out");
    while screen.app.sidebar.cursor != line(&screen, "whatsapp") {
        screen.press("k");
    }
    screen.press("-");
    assert_eq!(screen.app.view.text, "-channel:whatsapp");
    assert_eq!(screen.names().len(), 14);
}

#[test]
fn what_another_process_writes_is_seen() {
    let mut screen = Start::on(fixture::many(4)).go();
    let mut other = Start::on(fixture::many(4)).go();
    other.press("x");
    // The same store, another program.
    let mut store =
        afterword::store::Store::open(&screen.path(), &afterword::store::Access::Review).unwrap();
    let id = store.cards(&[screen.row("visitor-3")]).unwrap()[0].id;
    let change = afterword::model::Change {
        edits: vec![afterword::model::Edit {
            targets: vec![afterword::model::Target {
                conversation: id,
                event: None,
            }],
            set: afterword::model::Set::Status(Status::Deleted),
        }],
        bulk: None,
    };
    store
        .apply(&change, "bo", &afterword::model::Clock::system())
        .unwrap();
    screen.watch();
    assert_eq!(screen.names().len(), 4, "the list stays");
    assert_eq!(screen.app.view.matching, 3);
    assert_eq!(screen.app.list.statuses[2], Status::Deleted);
    assert_eq!(screen.here(), "visitor-1");
}

#[test]
fn an_empty_store_fills_itself_and_others_say_what_is_new() {
    let mut screen = Start::on(fixture::empty()).go();
    assert!(screen.text().contains("Nothing is imported yet."));
    fixture::add(&screen.path(), 3);
    screen.watch();
    assert_eq!(screen.names().len(), 3, "{}", screen.text());
    // Nobody has begun to work on it: it goes on, around the cursor.
    screen.press("j");
    let here = screen.here();
    fixture::add(&screen.path(), 5);
    screen.watch();
    assert_eq!(screen.names().len(), 5, "{}", screen.text());
    assert_eq!(screen.here(), here);
    screen.press("r");
    fixture::add(&screen.path(), 7);
    screen.watch();
    assert_eq!(
        screen.names().len(),
        5,
        "from the first decision on the list stays"
    );
    assert!(screen.text().contains("+2 new"), "{}", screen.text());
    screen.press("R");
    assert_eq!(screen.names().len(), 6, "one of seven is decided");
    // All done is not the same as nothing there.
    screen.press("Ad'0");
    assert!(
        !screen.text().contains("Nothing is imported"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_resize_keeps_the_place() {
    let mut screen = Screen::all();
    screen.go("m.chen").press("<enter>jj");
    let at = screen.app.reader.open.as_ref().unwrap().cursor;
    for size in [(200, 50), (40, 10), (120, 40), (10, 3), (80, 24)] {
        screen.resize(size.0, size.1);
        assert_eq!(screen.here(), "m.chen");
        assert_eq!(screen.app.reader.open.as_ref().unwrap().cursor, at);
    }
    assert!(screen.text().contains(">"));
}

#[test]
fn marks_of_what_is_listed_no_more_go() {
    let mut screen = Start::on(fixture::many(4)).go();
    // Marked in one view, deleted in another, and back.
    screen.press("  '0d''");
    assert_eq!(screen.app.view.text, "is:unread");
    assert_eq!(screen.app.list.marks.len(), 1);
    screen.press("x");
    assert_eq!(screen.review("visitor-1").status, Status::Deleted);
    assert_eq!(screen.review("visitor-2").status, Status::Reviewed);
}
