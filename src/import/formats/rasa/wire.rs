//! Rasa's JSON as types that take what comes: keys twice (the last counts), missing, null or of another
//! type; figures as text. Text is borrowed from the record where it needs no unescaping.
//!
//! Nothing is judged here, only read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::super::json_text::mend_surrogates;

/// Text, or nothing where the value is none. Numbers and truth values are text as well.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Text(None))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Borrowed(if value {
            "true"
        } else {
            "false"
        }))))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

/// A value left as JSON text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Raw<'a>(pub(super) Option<&'a str>);

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        Ok(Self((raw != "null").then_some(raw)))
    }
}

impl<'a> Raw<'a> {
    /// A finite number, also one written as text. Read from its digits: out of range is no error.
    pub(super) fn number(self) -> Option<f64> {
        let raw = self.0?;
        if raw.starts_with('{') {
            // MongoDB's exports: {"$numberDouble": "1.5"}
            let Members(members) = self.read();
            let (_, value) = members.first().filter(|(k, _)| k.starts_with("$number"))?;
            return value.number();
        }
        // Nearly all stand there bare.
        let digits = match raw.starts_with('"') {
            true => raw.trim_matches('"').trim(),
            false => raw,
        };
        // Rust reads `inf` and `nan` as numbers, JSON has none.
        let number: f64 = digits.parse().ok()?;
        number.is_finite().then_some(number)
    }

    /// A string's text, or the digits of a number exactly as they are.
    pub(super) fn scalar(self) -> Option<Cow<'a, str>> {
        let raw = self.0?;
        match raw.as_bytes().first()? {
            b'"' => match mend_surrogates(raw) {
                Cow::Borrowed(raw) => serde_json::from_str::<Text<'a>>(raw).ok()?.0,
                Cow::Owned(mended) => serde_json::from_str(&mended).ok().map(Cow::Owned),
            },
            b'{' | b'[' => None,
            _ => Some(Cow::Borrowed(raw)),
        }
    }

    /// The value read as something else; nothing where it does not fit.
    pub(super) fn read<T: Deserialize<'a> + Default>(self) -> T {
        self.0
            .and_then(|raw| serde_json::from_str(raw).ok())
            .unwrap_or_default()
    }
}

/// The elements of an array; none where the value is no array.
#[derive(Clone, Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// The members of an object in order, left as JSON text; none where the value is no object.
#[derive(Clone, Debug, Default)]
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, Raw<'a>)>);

/// What lenient containers answer to values of another type.
macro_rules! other_types_are_nothing {
    ($nothing:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
    };
}

struct ListVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;
    other_types_are_nothing!(List(Vec::new()));

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element()? {
            list.push(element);
        }
        Ok(List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List(Vec::new()))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(std::marker::PhantomData))
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;
    other_types_are_nothing!(Members::default());

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Members::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Text(key), value)) = map.next_entry()? {
            members.push((key.unwrap_or_default(), value));
        }
        Ok(Members(members))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MembersVisitor)
    }
}

/// A structure whose every field may be missing, twice or of another type.
macro_rules! lenient {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub(super) struct $name<'a> {
            $(pub(super) $field: $type,)*
        }

        const _: () = {
            struct Fill;

            impl<'de> Visitor<'de> for Fill {
                type Value = $name<'de>;
                other_types_are_nothing!($name::default());

                fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                    while seq.next_element::<IgnoredAny>()?.is_some() {}
                    Ok($name::default())
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut found = $name::default();
                    while let Some(Text(key)) = map.next_key()? {
                        match key.as_deref() {
                            $(Some(stringify!($field)) => found.$field = map.next_value()?,)*
                            _ => {
                                map.next_value::<IgnoredAny>()?;
                            }
                        }
                    }
                    Ok(found)
                }
            }

            impl<'de> Deserialize<'de> for $name<'de> {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_any(Fill)
                }
            }
        };
    };
}

lenient! {
    /// Any event; which fields count depends on its type.
    Record {
        event: Text<'a>,
        sender_id: Raw<'a>,
        timestamp: Raw<'a>,
        metadata: Raw<'a>,
        text: Text<'a>,
        parse_data: ParseData<'a>,
        input_channel: Raw<'a>,
        data: Raw<'a>,
        name: Text<'a>,
        policy: Text<'a>,
        confidence: Raw<'a>,
        action_text: Text<'a>,
        value: Raw<'a>,
        entities: List<EntityRecord<'a>>,
        is_interrupted: Raw<'a>,
        flow_id: Text<'a>,
        step_id: Text<'a>,
        // Rows of other programs have these at the top.
        buttons: List<ButtonRecord<'a>>,
    }
}

lenient! {
    /// What Rasa understood of a message.
    ParseData {
        intent: Raw<'a>,
        intent_ranking: List<IntentRecord<'a>>,
        entities: List<EntityRecord<'a>>,
        commands: List<Command<'a>>,
    }
}

lenient! {
    /// An intent with its confidence.
    IntentRecord {
        name: Text<'a>,
        confidence: Raw<'a>,
    }
}

lenient! {
    /// An entity.
    EntityRecord {
        entity: Text<'a>,
        value: Raw<'a>,
        start: Raw<'a>,
        end: Raw<'a>,
        role: Text<'a>,
        group: Text<'a>,
        extractor: Text<'a>,
        confidence_entity: Raw<'a>,
        confidence: Raw<'a>,
    }
}

lenient! {
    /// A command that a language model gave (CALM).
    Command {
        command: Text<'a>,
    }
}

lenient! {
    /// What a bot message carries beside its text.
    BotData {
        buttons: List<ButtonRecord<'a>>,
        quick_replies: List<ButtonRecord<'a>>,
    }
}

lenient! {
    /// A button.
    ButtonRecord {
        title: Text<'a>,
        payload: Text<'a>,
    }
}

lenient! {
    /// The keys that tell what a value is: a tracker of the HTTP interface, of MongoDB or (with `name`)
    /// of Redis, or an event.
    ShapeRecord {
        event: Text<'a>,
        events: List<Raw<'a>>,
        slots: Raw<'a>,
        sender_id: Raw<'a>,
        name: Raw<'a>,
    }
}
