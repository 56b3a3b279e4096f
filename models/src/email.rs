//! E-mail addresses: which are accepted, and when two are the same.

use email_address::{EmailAddress, Options};
use icu_normalizer::ComposingNormalizerBorrowed;
use validator::ValidationError;

/// Checks that the text is an address that mail can be sent to over the internet: no display
/// name, no IP address, and a domain of at least two labels.
///
/// Source: RFC 5321 §4.1.2, RFC 5322 §3.4.1, RFC 6531 §3.3 for what is not ASCII.
pub(crate) fn email(text: &str) -> Result<(), ValidationError> {
    let options = Options::default()
        .without_display_text()
        .without_domain_literal()
        .with_required_tld();
    match EmailAddress::parse_with_options(text, options) {
        Ok(_) => Ok(()),
        Err(_) => {
            let message = "must be an e-mail address such as ada@example.org";
            Err(ValidationError::new("email").with_message(message.into()))
        }
    }
}

/// The form in which two addresses are compared: in lower case and in Unicode's form NFC.
///
/// By the letter, only the receiving host may say that `Ada@…` and `ada@…` are one mailbox
/// (RFC 5321 §2.4). No host of note tells them apart, and people do not either.
pub(crate) fn same_email(text: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let lower = nfc.normalize(text).to_lowercase();
    nfc.normalize(&lower).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mailbox_on_the_internet_is_an_address() {
        let cases = [
            ("ada@example.org", true),
            ("ada.lovelace+lamps@mail.example.co.uk", true),
            ("o'brien@example.org", true),
            ("\"a b\"@example.org", true),
            ("ädä@bücher.example", true),
            ("", false),
            ("ada", false),
            ("ada@", false),
            ("@example.org", false),
            ("ada@localhost", false),
            ("ada@example..org", false),
            ("ada@example.org.", false),
            ("ada@-example.org", false),
            (" ada@example.org", false),
            ("ada@example.org\n", false),
            ("a b@example.org", false),
            ("ada\u{0}@example.org", false),
            ("Ada <ada@example.org>", false),
            ("ada@[127.0.0.1]", false),
            ("ada@example.org, bob@example.org", false),
        ];
        for (text, expected) in cases {
            assert_eq!(email(text).is_ok(), expected, "{text:?}");
        }
        let (local, domain) = ("x".repeat(65), "x".repeat(64));
        assert!(email(&format!("{local}@example.org")).is_err());
        assert!(email(&format!("ada@{domain}.org")).is_err());
    }

    #[test]
    fn case_and_unicode_form_do_not_make_another_address() {
        let cases = [
            ("Ada@Example.ORG", "ada@example.org"),
            ("a\u{308}da@example.org", "äda@example.org"),
            ("A\u{308}DA@example.org", "äda@example.org"),
            ("ada@example.org", "ada@example.org"),
        ];
        for (text, expected) in cases {
            assert_eq!(same_email(text), expected, "{text:?}");
            assert_eq!(same_email(expected), expected, "{text:?} twice");
        }
        assert_ne!(
            same_email("ada+1@example.org"),
            same_email("ada@example.org")
        );
    }
}
