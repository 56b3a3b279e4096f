//! What an item costs.

use iso_currency::{Currency, IntoEnumIterator};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The amount in units of the currency, as a decimal string: up to 18 digits, and up to 6
    /// after a point. No sign, no exponent, no leading zeros. It is kept and returned as sent.
    #[validate(custom(function = "is_amount"))]
    #[schemars(regex(pattern = AMOUNT), example = &"19.99", example = &"0.5", example = &"120")]
    pub amount: String,

    /// The currency's ISO 4217 code, in upper case.
    #[validate(custom(function = "is_currency"))]
    #[schemars(schema_with = "currency_codes", example = &"EUR")]
    pub currency: String,
}

// 24 digits: far above any price, far below the 38 that DynamoDB's numbers and most decimal
// types hold exactly.
const AMOUNT: &str = r"^(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?$";

fn is_amount(text: &str) -> Result<(), ValidationError> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let whole_fits = whole == "0" || (is_digits(whole, 18) && !whole.starts_with('0'));
    if whole_fits && fraction.is_none_or(|fraction| is_digits(fraction, 6)) {
        return Ok(());
    }
    let message = "must be a decimal number such as 19.99, with at most 18 digits before \
                   the point and 6 after it, and without sign, exponent or leading zeros";
    Err(ValidationError::new("amount").with_message(message.into()))
}

fn is_digits(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Metals, test codes and units of account are in ISO 4217 too, but nothing is priced in them.
fn is_money(currency: Currency) -> bool {
    !currency.is_special()
}

fn is_currency(code: &str) -> Result<(), ValidationError> {
    match Currency::from_code(code) {
        Some(currency) if is_money(currency) => Ok(()),
        _ => {
            let message = "must be the ISO 4217 code of a currency, such as EUR";
            Err(ValidationError::new("currency").with_message(message.into()))
        }
    }
}

fn currency_codes(_: &mut SchemaGenerator) -> Schema {
    let money = Currency::iter().filter(|currency| is_money(*currency));
    let codes: Vec<_> = money.map(|currency| currency.code()).collect();
    json_schema!({ "type": "string", "enum": codes })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_is_a_plain_decimal_number() {
        let pattern = regex::Regex::new(AMOUNT).unwrap();
        let cases = [
            ("0", true),
            ("19.99", true),
            ("0.000001", true),
            ("999999999999999999.999999", true),
            ("1000000000000000000", false),
            ("0.0000001", false),
            ("", false),
            (".5", false),
            ("5.", false),
            ("1.2.3", false),
            ("007", false),
            ("00", false),
            ("-1", false),
            ("+1", false),
            ("1e3", false),
            ("1,5", false),
            (" 1", false),
            ("1\n", false),
            ("١", false),
            ("NaN", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_amount(text).is_ok(), expected, "{text:?}");
            assert_eq!(pattern.is_match(text), expected, "the pattern on {text:?}");
        }
    }

    #[test]
    fn a_currency_is_an_upper_case_code_that_money_has() {
        let cases = [
            ("EUR", true),
            ("JPY", true),
            ("eur", false),
            ("EURO", false),
            ("AAA", false),
            ("XXX", false),
            ("XAU", false),
            ("", false),
        ];
        for (code, expected) in cases {
            assert_eq!(is_currency(code).is_ok(), expected, "{code:?}");
        }
    }

    #[test]
    fn the_published_codes_are_those_that_pass() {
        let schema = currency_codes(&mut SchemaGenerator::default()).to_value();
        let codes = schema["enum"].as_array().unwrap();
        assert!(codes.len() > 150, "{}", codes.len());
        for code in codes {
            assert!(is_currency(code.as_str().unwrap()).is_ok(), "{code}");
        }
    }

    proptest! {
        #[test]
        fn the_published_pattern_and_the_check_agree(text in "[0-9]{0,20}[.]?[0-9]{0,8}|\\PC{0,4}") {
            let pattern = regex::Regex::new(AMOUNT).unwrap();
            prop_assert_eq!(pattern.is_match(&text), is_amount(&text).is_ok());
        }
    }
}
