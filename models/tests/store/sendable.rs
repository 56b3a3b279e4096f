//! What the store returns can cross threads, as the futures of handlers must.

use models::{Expected, Item, ItemId, NewItem, NewUser, Store, StoreError, User, UserId};

fn can_cross_threads<T: Send>(_: T) {}

/// Never run: that it compiles is the test.
#[expect(dead_code, reason = "only the compiler reads it")]
fn every_call(store: &Store, item: &Item, user: &User, expected: &Expected) {
    let (item_id, user_id) = (ItemId::new(), UserId::new());
    let (new_item, new_user) = (NewItem::from(item), NewUser::from(user));
    can_cross_threads(store.create_item(item, None));
    can_cross_threads(store.replace_item(item_id, new_item, expected));
    can_cross_threads(store.patch_item(item_id, expected, Ok::<_, StoreError>));
    can_cross_threads(store.delete_item(item_id, expected));
    can_cross_threads(store.export_items());
    can_cross_threads(store.create_user(user, None));
    can_cross_threads(store.replace_user(user_id, new_user, expected));
    can_cross_threads(store.patch_user(user_id, expected, Ok::<_, StoreError>));
    can_cross_threads(store.delete_user(user_id, expected));
    can_cross_threads(store.delete_user_with_items(user_id, expected));
    can_cross_threads(store.list_users(Default::default(), None));
}
