//! JSON as people read it, for terminals only: what goes into a file or a pipe stays as it came.

use anstyle::{AnsiColor, Style};
use http::{HeaderMap, header::CONTENT_TYPE};
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

const NAME: Style = AnsiColor::Blue.on_default().bold();
const STRING: Style = AnsiColor::Green.on_default();
const SCALAR: Style = AnsiColor::Cyan.on_default();

/// `application/json` and every `+json`; not lines of JSON, which are read as they come.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| {
        let essence = essence.trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    })
}

/// One member to a line, in the order in which they came; `None` if it is no JSON.
pub(super) fn laid_out(json: &[u8], is_coloured: bool) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(json.len() * 2);
    let mut json = serde_json::Deserializer::from_slice(json);
    let formatter = Coloured {
        inner: PrettyFormatter::new(),
        is_coloured,
        is_name: false,
    };
    let mut lines = Serializer::with_formatter(&mut text, formatter);
    serde_transcode::transcode(&mut json, &mut lines).ok()?;
    json.end().ok()?;
    Some(text)
}

struct Coloured {
    inner: PrettyFormatter<'static>,
    is_coloured: bool,
    is_name: bool,
}

impl Coloured {
    fn begin<W: ?Sized + Write>(&self, writer: &mut W, style: Style) -> io::Result<()> {
        match self.is_coloured {
            true => write!(writer, "{}", style.render()),
            false => Ok(()),
        }
    }

    fn end<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        match self.is_coloured {
            true => write!(writer, "{}", anstyle::Reset.render()),
            false => Ok(()),
        }
    }

    fn scalar<W: ?Sized + Write>(&self, writer: &mut W, text: &str) -> io::Result<()> {
        self.begin(writer, SCALAR)?;
        writer.write_all(text.as_bytes())?;
        self.end(writer)
    }
}

impl Formatter for Coloured {
    fn write_null<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.scalar(writer, "null")
    }

    fn write_bool<W: ?Sized + Write>(&mut self, writer: &mut W, value: bool) -> io::Result<()> {
        self.scalar(writer, if value { "true" } else { "false" })
    }

    fn write_i64<W: ?Sized + Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        self.scalar(writer, &value.to_string())
    }

    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        self.scalar(writer, &value.to_string())
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        self.begin(writer, SCALAR)?;
        self.inner.write_f64(writer, value)?;
        self.end(writer)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, if self.is_name { NAME } else { STRING })?;
        self.inner.begin_string(writer)
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_string(writer)?;
        self.end(writer)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.inner.begin_array_value(writer, is_first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.is_name = true;
        self.inner.begin_object_key(writer, is_first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.is_name = false;
        self.inner.end_object_key(writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn members_keep_their_order_one_to_a_line() {
        let text = laid_out(
            br#"{"b":[1,-2,1.5],"a":{"c":null,"d":"\u00e9\n"},"e":{}}"#,
            false,
        );
        let expected = "{\n  \"b\": [\n    1,\n    -2,\n    1.5\n  ],\n  \"a\": {\n    \"c\": null,\n    \"d\": \"é\\n\"\n  },\n  \"e\": {}\n}";
        assert_eq!(String::from_utf8(text.unwrap()).unwrap(), expected);
    }

    #[test]
    fn colours_tell_names_from_strings_and_change_no_other_byte() {
        let json = br#"{"name":"lamp","sold":false}"#;
        let text = String::from_utf8(laid_out(json, true).unwrap()).unwrap();
        let (name, string) = (NAME.render().to_string(), STRING.render().to_string());
        assert!(text.contains(&format!("{name}\"name\"")), "{text:?}");
        assert!(text.contains(&format!("{string}\"lamp\"")), "{text:?}");
        let plain = laid_out(json, false).unwrap();
        assert_eq!(
            anstream::adapter::strip_str(&text).to_string().into_bytes(),
            plain
        );
    }

    #[test]
    fn what_is_no_json_is_not_touched() {
        for text in ["", "{", "{} {}", "<p>"] {
            assert_eq!(laid_out(text.as_bytes(), false), None, "{text}");
        }
        for (media_type, expected) in [
            ("application/json; charset=utf-8", true),
            ("application/problem+json", true),
            ("application/x-ndjson", false),
            ("text/event-stream", false),
        ] {
            let media_type = HeaderValue::from_static(media_type);
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, media_type)]);
            assert_eq!(is_json(&headers), expected, "{headers:?}");
        }
    }
}
