//! The syntax tree of a filter. Printing it is canonical; parsing the print gives the same tree.

/// A filter. Names and values are matched without case.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Filter {
    /// Everything that is not deleted.
    #[default]
    Everything,
    /// All of them; at least two.
    And(Vec<Filter>),
    /// Any of them; at least two.
    Or(Vec<Filter>),
    /// The exact complement (among what is not deleted, unless the whole filter holds `is:deleted`).
    Not(Box<Filter>),
    /// One term.
    Term(Term),
    /// One single turn satisfies all of it; `last`: the last turn does.
    Turn {
        /// `last(…)` instead of `turn(…)`.
        last: bool,
        /// What the turn must satisfy; terms of the fields allowed inside a turn.
        inner: Box<Filter>,
    },
}

/// One term: a field and what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Field; [`Field::Text`] for a bare word or phrase.
    pub field: Field,
    /// What is asked.
    pub test: Test,
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `field:a,b`: any of these. `rating:5` and `rating=5` are this too, with [`Pattern::Scalar`].
    Any(Vec<Pattern>),
    /// `field:name=value`.
    Named {
        /// Slot, metadata, entity or correction name.
        name: String,
        /// Its value.
        value: Pattern,
    },
    /// `intent:refund<0.5`.
    Scored {
        /// The value.
        value: Pattern,
        /// How its confidence compares …
        cmp: Cmp,
        /// … with this.
        number: f64,
    },
    /// `field<5`, `since:7d` (as `>=`), `until:today` (as `<=`); never [`Cmp::Equal`], which is `Any`.
    Compare(Cmp, Scalar),
    /// `field:low..high`, both ends counted.
    Range(Option<Scalar>, Option<Scalar>),
    /// Full text: a word, or a phrase in quotes. `prefix`: the word may go on (`refu*`, or while typing).
    Words {
        /// What was typed.
        text: String,
        /// In quotes: the same tokens in order within one message.
        phrase: bool,
        /// The last token is a prefix.
        prefix: bool,
    },
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// `none` without quotes: absence.
    None,
    /// This value.
    Exact(String),
    /// `ask_*`: values that begin so; `*` alone, with the empty text: any value at all.
    Prefix(String),
    /// A number, a span, a date or a time of day, in the fields that have those.
    Scalar(Scalar),
}

impl From<&str> for Pattern {
    fn from(value: &str) -> Self {
        Self::Exact(value.to_owned())
    }
}

impl From<String> for Pattern {
    fn from(value: String) -> Self {
        Self::Exact(value)
    }
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cmp {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
}

/// A number, a span, a date or a time of day.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A number.
    Number(f64),
    /// A duration in milliseconds (`5m`), with the text it was written as.
    Span(i64, String),
    /// A date.
    Date(Date),
    /// Minutes since local midnight, 1440 for `24:00`.
    TimeOfDay(u16),
}

/// A date as written; it becomes moments by a clock, a zone and, for `newest-`, the newest conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Date {
    /// `2026-05-01`, the whole local day.
    Day(chrono::NaiveDate),
    /// `2026-05-01T14:00`, local: that whole minute; with seconds, that whole second.
    Time(chrono::NaiveDateTime),
    /// `24h`, `7d`, `4w`, `6mo`, `1y` back from now: number and unit.
    Back(u32, Unit),
    /// `newest-7d`: back from the newest conversation.
    Newest(u32, Unit),
    /// `today`.
    Today,
    /// `yesterday`.
    Yesterday,
    /// `week-1`: a whole week, 0 this one, from Monday.
    Week(u32),
    /// `month-1`: a whole month.
    Month(u32),
}

impl Filter {
    /// All of `parts`, as the parser would have it: nothing nested, nothing superfluous.
    pub fn and(parts: Vec<Filter>) -> Filter {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Filter::Everything => {}
                Filter::And(inner) => all.extend(inner),
                other => all.push(other),
            }
        }
        match all.len() {
            0 => Filter::Everything,
            1 => all.remove(0),
            _ => Filter::And(all),
        }
    }

    /// Any of `parts`, as the parser would have it.
    pub fn or(parts: Vec<Filter>) -> Filter {
        let mut any = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Filter::Everything => return Filter::Everything,
                Filter::Or(inner) => any.extend(inner),
                other => any.push(other),
            }
        }
        match any.len() {
            0 => Filter::Everything,
            1 => any.remove(0),
            _ => Filter::Or(any),
        }
    }

    /// The parts that must all hold: of an `And` its parts, of anything else itself, of the empty
    /// filter nothing.
    pub fn conjuncts(&self) -> &[Filter] {
        match self {
            Filter::Everything => &[],
            Filter::And(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// Calls `visit` for every term, those inside negations and `turn(…)` too.
    pub fn each_term<'a>(&'a self, visit: &mut impl FnMut(&'a Term)) {
        match self {
            Filter::Everything => {}
            Filter::And(parts) | Filter::Or(parts) => {
                for part in parts {
                    part.each_term(visit);
                }
            }
            Filter::Not(inner) | Filter::Turn { inner, .. } => inner.each_term(visit),
            Filter::Term(term) => visit(term),
        }
    }
}

/// Unit of a span back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `w`
    Weeks,
    /// `mo`
    Months,
    /// `y`
    Years,
}

/// A field of the language. Its name, values, help and completion stand in the table of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // documented by the table of fields, from which help and README are made
pub enum Field {
    Text,
    Id,
    Source,
    Channel,
    Lang,
    Location,
    Device,
    Agent,
    Version,
    Meta,
    User,
    Since,
    Until,
    Date,
    Started,
    Time,
    Weekday,
    Decided,
    Duration,
    Messages,
    UserMessages,
    BotMessages,
    Queries,
    Fallbacks,
    Rating,
    Confidence,
    Margin,
    ActionConfidence,
    Intent,
    Action,
    Policy,
    Entity,
    Slot,
    Flow,
    Step,
    Node,
    Completed,
    Dropoff,
    UserText,
    BotText,
    Is,
    Flag,
    Verdict,
    Tag,
    Auto,
    Status,
    Corrected,
    Has,
    Note,
    Queue,
    Reviewer,
    Topic,
    Sentiment,
    Sample,
    Seed,
}
