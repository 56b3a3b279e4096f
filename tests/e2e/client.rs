//! The application as its typed client sees it.

use fnurl_client::{
    Change, Client, Condition, Deletion, ItemPatch, UserPatch,
    models::{NewItem, NewUser},
};
use harness::Server;

fn client(server: &Server) -> Client {
    let url = format!("http://{}", server.address());
    Client::builder(url).build().unwrap()
}

fn ada() -> NewUser {
    NewUser {
        email: "ada@example.org".to_owned(),
        name: "Ada Lovelace".to_owned(),
    }
}

#[tokio::test]
async fn an_item_is_created_read_replaced_patched_and_deleted() {
    let server = Server::start();
    let client = client(&server);
    let lamp = NewItem {
        description: Some("Brass".to_owned()),
        tags: vec!["lamp".into()],
        ..NewItem::named("Desk lamp")
    };
    let created = client.create_item(&lamp).await.unwrap();
    assert_eq!(NewItem::from(&created.value), lamp);
    assert_eq!(client.item(created.id).await.unwrap(), created);
    let seen = client.item_since(created.id, &created.tag).await.unwrap();
    assert_eq!(seen, None);

    let taller = NewItem::named("Floor lamp");
    let unchanged = Condition::Unchanged(&created.tag);
    let replaced = client.replace_item(created.id, &taller, unchanged);
    let replaced = replaced.await.unwrap();
    assert_eq!(
        (replaced.version, NewItem::from(&replaced.value)),
        (2, taller)
    );
    let lost = client.delete_item(created.id, unchanged).await.unwrap_err();
    assert_eq!(lost.status().unwrap(), 412, "{lost}");
    let seen = client.item_since(created.id, &created.tag).await.unwrap();
    assert_eq!(seen.as_ref(), Some(&replaced));

    let patch = ItemPatch {
        description: Change::To("Steel".to_owned()),
        ..ItemPatch::default()
    };
    let patched = client.patch_item(created.id, &patch, Condition::Any);
    let patched = patched.await.unwrap();
    assert_eq!(patched.description.as_deref(), Some("Steel"));
    let patch = ItemPatch {
        description: Change::Remove,
        ..ItemPatch::default()
    };
    let unchanged = Condition::Unchanged(&patched.tag);
    let patched = client.patch_item(created.id, &patch, unchanged);
    let patched = patched.await.unwrap();
    assert_eq!((patched.description.as_deref(), patched.version), (None, 4));

    let unchanged = Condition::Unchanged(&patched.tag);
    client.delete_item(created.id, unchanged).await.unwrap();
    let gone = client.item(created.id).await.unwrap_err();
    assert_eq!(gone.problem().unwrap().slug(), "no-such-item", "{gone}");
    server.stop();
}

#[tokio::test]
async fn what_breaks_a_rule_is_an_error_that_names_the_member() {
    let server = Server::start();
    let refused = client(&server).create_item(&NewItem::named("")).await;
    let refused = refused.unwrap_err();
    let problem = refused.problem().unwrap();
    assert_eq!(problem.status, 422);
    assert_eq!(problem.errors[0].pointer.as_deref(), Some("/name"));
    assert!(problem.instance.is_some());
    assert!(refused.to_string().contains("/name must be"), "{refused}");
    server.stop();
}

#[tokio::test]
async fn a_key_that_is_used_again_gives_the_same_item() {
    let server = Server::start();
    let client = client(&server);
    let lamp = NewItem::named("lamp");
    let first = client.create_item_once(&lamp, "order-17").await.unwrap();
    let second = client.create_item_once(&lamp, "order-17").await.unwrap();
    assert_eq!(first, second);
    assert_eq!(client.items(None).all().await.unwrap(), [first.value]);
    let vase = NewItem::named("vase");
    let other = client.create_item_once(&vase, "order-17");
    assert_eq!(other.await.unwrap_err().status().unwrap(), 422);
    server.stop();
}

#[tokio::test]
async fn pages_and_the_export_have_every_item_once_newest_first() {
    let server = Server::start();
    let client = client(&server);
    let owner = client.create_user(&ada()).await.unwrap().id;
    let mut created = Vec::new();
    for n in 0..101 {
        let owner_id = (n == 100).then_some(owner);
        let lamp = NewItem {
            owner_id,
            ..NewItem::named(format!("lamp {n}"))
        };
        created.push(client.create_item(&lamp).await.unwrap().value);
    }
    created.reverse();
    let mut pages = client.items(None);
    assert_eq!(pages.next().await.unwrap().unwrap(), created[..100]);
    assert_eq!(pages.next().await.unwrap().unwrap(), created[100..]);
    assert_eq!(pages.next().await.unwrap(), None);
    let owned = client.items(Some(owner)).all().await.unwrap();
    assert_eq!(owned, created[..1]);
    assert_eq!(client.items_of(owner).all().await.unwrap(), owned);
    let mut export = client.export_items().await.unwrap();
    let mut exported = Vec::new();
    while let Some(item) = export.next().await.unwrap() {
        exported.push(item);
    }
    assert_eq!(exported, created);
    server.stop();
}

#[tokio::test]
async fn a_user_is_created_changed_and_deleted_with_the_items() {
    let server = Server::start();
    let client = client(&server);
    let created = client.create_user(&ada()).await.unwrap();
    let taken = client.create_user(&ada()).await.unwrap_err();
    assert_eq!(taken.status().unwrap(), 409, "{taken}");
    let patch = UserPatch {
        name: Some("Countess of Lovelace".to_owned()),
        ..UserPatch::default()
    };
    let unchanged = Condition::Unchanged(&created.tag);
    let patched = client.patch_user(created.id, &patch, unchanged);
    let patched = patched.await.unwrap();
    assert_eq!(patched.name, "Countess of Lovelace");
    let ada = ada();
    let replaced = client.replace_user(created.id, &ada, Condition::Any);
    let replaced = replaced.await.unwrap();
    assert_eq!(client.user(created.id).await.unwrap(), replaced);
    assert_eq!(client.users().all().await.unwrap(), [replaced.value]);

    let lamp = NewItem {
        owner_id: Some(created.id),
        ..NewItem::named("lamp")
    };
    client.create_item(&lamp).await.unwrap();
    let kept = client.delete_user(created.id, Condition::Any).await;
    assert_eq!(kept.unwrap_err().status().unwrap(), 409);
    let deleted = client.delete_user_with_items(created.id, Condition::Any);
    assert_eq!(deleted.await.unwrap(), Deletion::Whole);
    assert_eq!(client.items(None).all().await.unwrap(), []);
    server.stop();
}

#[tokio::test]
async fn the_service_is_up_and_ready() {
    let server = Server::start();
    let client = client(&server);
    assert_eq!(client.health().await.unwrap().status, "pass");
    assert_eq!(client.readiness().await.unwrap().status, "pass");
    server.stop();
}
