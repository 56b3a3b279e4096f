//! Exact decimal numbers, kept as text: no digit is lost before the type is known.

/// A number by the grammar of JSON (RFC 8259 §6). Queries, paths and forms use the same grammar,
/// so a number that is valid in one of them is valid in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number<'a> {
    text: &'a str,
    is_negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: &'a str,
}

impl<'a> Number<'a> {
    /// `None` when the text is not a number: `+1`, `.5`, `01`, `NaN`, `0x1`.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (rest, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let unsigned = |text: &'a str| text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_number = is_digits(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(is_digits)
            && exponent.is_none_or(|exponent| is_digits(unsigned(exponent)));
        is_number.then_some(Self {
            text,
            is_negative,
            whole,
            fraction: fraction.unwrap_or_default(),
            exponent: exponent.unwrap_or_default(),
        })
    }

    /// Checks whether it is written as an integer, without a fraction or an exponent.
    pub(crate) fn is_written_whole(self) -> bool {
        self.fraction.is_empty() && self.exponent.is_empty()
    }

    /// The value as an integer type, if it is a whole number that fits: `3`, `3.0`, `1e2`, `-0`.
    ///
    /// Only the digits decide, and never a float: `9007199254740993` would become `…992` as an
    /// `f64`.
    ///
    /// Source: JSON Schema 2020-12 §6.1.1, an integer is any number without a fractional part.
    pub(crate) fn integer<N: TryFrom<u128> + TryFrom<i128>>(self) -> Option<N> {
        let magnitude = self.magnitude()?;
        if !self.is_negative || magnitude == 0 {
            return N::try_from(magnitude).ok();
        }
        // The most negative i128 has a magnitude that i128 cannot hold.
        let value = match magnitude {
            m if m == i128::MIN.unsigned_abs() => i128::MIN,
            m => -i128::try_from(m).ok()?,
        };
        N::try_from(value).ok()
    }

    /// The value as `f64`, unless it is too large for one.
    pub(crate) fn f64(self) -> Option<f64> {
        self.text
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
    }

    /// The value as `f32`, unless it is too large for one.
    pub(crate) fn f32(self) -> Option<f32> {
        self.text
            .parse()
            .ok()
            .filter(|value: &f32| value.is_finite())
    }

    /// The absolute value of a whole number that `u128` can hold.
    ///
    /// `1.50e3` has the digits `150` and the exponent 3 − 2 = 1: 1500.
    fn magnitude(self) -> Option<u128> {
        let digits = format!("{}{}", self.whole, self.fraction);
        let significant = digits.trim_end_matches('0');
        if significant.is_empty() {
            return Some(0);
        }
        let exponent: i64 = match self.exponent {
            "" => 0,
            text => text.parse().ok()?,
        };
        let dropped = digits.len() - significant.len();
        let shift = exponent
            .checked_sub(i64::try_from(self.fraction.len()).ok()?)?
            .checked_add(i64::try_from(dropped).ok()?)?;
        let power = 10_u128.checked_pow(u32::try_from(shift).ok()?)?;
        significant.parse::<u128>().ok()?.checked_mul(power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_grammar_of_json_is_a_number() {
        for text in ["0", "-0", "12", "1.5", "1e2", "1E+2", "-1.25e-7"] {
            assert!(Number::parse(text).is_some(), "{text}");
        }
        for text in [
            "", "-", "+1", ".5", "1.", "01", "1e", "NaN", "inf", "0x1", " 1", "1_0", "١",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        let integer = |text: &str| Number::parse(text)?.integer::<i64>();
        let cases = [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("1e2", Some(100)),
            ("1.50e3", Some(1500)),
            ("-0", Some(0)),
            ("120e-1", Some(12)),
            ("0e999999999999", Some(0)),
            ("1.5", None),
            ("1e-1", None),
            ("1e30", None),
            ("1e99999999999999999999", None),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
        ];
        for (text, expected) in cases {
            assert_eq!(integer(text), expected, "{text}");
        }
        let least = i128::MIN.to_string();
        assert_eq!(Number::parse(&least).unwrap().integer(), Some(i128::MIN));
        let most = u128::MAX.to_string();
        assert_eq!(Number::parse(&most).unwrap().integer(), Some(u128::MAX));
        assert_eq!(Number::parse("-1").unwrap().integer::<u8>(), None);
    }

    #[test]
    fn a_number_too_large_for_a_float_is_none() {
        assert_eq!(Number::parse("1e400").unwrap().f64(), None);
        assert_eq!(Number::parse("1e39").unwrap().f32(), None);
        assert_eq!(Number::parse("1.5").unwrap().f32(), Some(1.5));
    }
}
