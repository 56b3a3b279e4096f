//! Limits and cursors: total on any input, and one text for each cursor.

use proptest::prelude::*;

use super::*;
use crate::UserId;

const ALL: ItemFilter = ItemFilter { owner: None };

#[test]
fn a_limit_is_1_to_100_and_20_by_default() {
    let cases = [
        ("0", false),
        ("1", true),
        ("100", true),
        ("101", false),
        ("256", false),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<Limit>().is_ok(), expected, "{text:?}");
        assert_eq!(
            serde_json::from_str::<Limit>(text).is_ok(),
            expected,
            "{text:?}"
        );
    }
    for text in ["", "-1", "ten", "1.0", "99999999999999999999999"] {
        assert_eq!(text.parse::<Limit>(), Err(LimitError), "{text:?}");
    }
    assert_eq!(Limit::default().rows(), 20);
    assert_eq!(LimitError.to_string(), "must be a number from 1 to 100");
}

#[test]
fn a_cursor_continues_only_the_list_it_is_of() {
    let (ann, ben) = (UserId::new(), UserId::new());
    let last = ItemId::new();
    let of = |owner| ItemFilter { owner };
    let cursor = Cursor::after_item(&of(Some(ann)), last);
    assert_eq!(cursor.last_item(&of(Some(ann))), Ok(last));
    assert_eq!(
        cursor.last_item(&of(Some(ben))),
        Err(CursorError::OtherList)
    );
    assert_eq!(cursor.last_item(&ALL), Err(CursorError::OtherList));
}

#[test]
fn a_cursor_of_another_version_is_told_apart() {
    let mut bytes = Cursor::after_item(&ALL, ItemId::new()).to_bytes();
    bytes[0] = VERSION + 1;
    let text = URL_SAFE_NO_PAD.encode(bytes);
    assert_eq!(text.parse::<Cursor>(), Err(CursorError::OtherVersion));
}

#[test]
fn a_cursor_of_another_kind_of_list_is_refused() {
    let mut bytes = Cursor::after_item(&ALL, ItemId::new()).to_bytes();
    bytes[1] = ITEMS + 1;
    let cursor: Cursor = URL_SAFE_NO_PAD.encode(bytes).parse().unwrap();
    assert_eq!(cursor.last_item(&ALL), Err(CursorError::OtherList));
}

/// Clients hold cursors across deployments: this text must be understood for as long as
/// [`VERSION`] is 1.
#[test]
fn the_form_of_cursors_has_not_changed() {
    let last = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let cursor = Cursor::after_item(&ALL, last);
    assert_eq!(cursor.to_string(), "AQHL8pzkhCIjJQGJCl2slndLvM6zAgmagFc");
}

#[test]
fn a_changed_cursor_is_refused_or_another_cursor_but_never_the_same() {
    let text = Cursor::after_item(&ALL, ItemId::new()).to_string();
    for (index, _) in text.char_indices() {
        for byte in 0..=0x7f_u8 {
            let mut changed = text.clone().into_bytes();
            if std::mem::replace(&mut changed[index], byte) == byte {
                continue;
            }
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(cursor) = changed.parse::<Cursor>() {
                assert_eq!(cursor.to_string(), changed);
            }
        }
    }
    assert!(format!("{text}=").parse::<Cursor>().is_err());
    assert!(text[..text.len() - 1].parse::<Cursor>().is_err());
}

proptest! {
    #[test]
    fn any_text_is_a_cursor_or_refused(text in "\\PC*|[A-Za-z0-9_-]{0,80}|AQ[A-Za-z0-9_-]{33}") {
        if let Ok(cursor) = text.parse::<Cursor>() {
            prop_assert_eq!(cursor.to_string(), text);
        }
    }

    #[test]
    fn any_bytes_are_a_cursor_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let text = URL_SAFE_NO_PAD.encode(&bytes);
        if let Ok(cursor) = text.parse::<Cursor>() {
            prop_assert_eq!(cursor.to_bytes().to_vec(), bytes);
        }
    }

    #[test]
    fn a_cursor_survives_being_written_and_read(owned in any::<bool>()) {
        let filter = ItemFilter { owner: owned.then(UserId::new) };
        let cursor = Cursor::after_item(&filter, ItemId::new());
        prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
}
