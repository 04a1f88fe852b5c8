//! The host's objects behind resources.

use libwasmtime::component::{Resource, ResourceTable, ResourceTableError};
use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

type Result<T = (), E = ResourceTableError> = std::result::Result<T, E>;

/// Another resource with the same number, as a guest would pass it.
fn again<T>(resource: &Resource<T>) -> Resource<T> {
    Resource::new_own(resource.rep())
}

/// A resource of another type with the same number.
fn cast<T, U>(resource: &Resource<T>) -> Resource<U> {
    Resource::new_own(resource.rep())
}

fn panics(f: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

macro_rules! assert_error {
    ($result:expr, $error:ident) => {
        match $result {
            Err(ResourceTableError::$error) => {}
            Err(other) => panic!("expected {}, found {other:?}", stringify!($error)),
            Ok(_) => panic!("expected {}, found no error", stringify!($error)),
        }
    };
}

#[test]
fn an_object_is_found_changed_and_deleted() -> Result {
    let mut table = ResourceTable::new();
    assert!(table.is_empty());
    let name = table.push(String::from("a"))?;
    let number = table.push(1_u64)?;
    assert!(name.owned() && number.owned());
    assert!(!table.is_empty());

    table.get_mut(&name)?.push('b');
    *table.get_mut(&number)? += 1;
    assert_eq!(table.get(&name)?, "ab");
    assert_eq!(*table.get(&number)?, 2);
    // A borrowed resource finds it as well.
    assert_eq!(table.get(&Resource::<u64>::new_borrow(number.rep()))?, &2);

    assert_eq!(table.delete(name)?, "ab");
    assert!(!table.is_empty());
    assert_eq!(table.delete(number)?, 2);
    assert!(table.is_empty());
    Ok(())
}

#[test]
fn a_deleted_object_is_not_present() -> Result {
    let mut table = ResourceTable::new();
    let stale = table.push(1_u8)?;
    let other = table.push(2_u8)?;
    table.delete(again(&stale))?;

    assert_error!(table.get(&stale), NotPresent);
    assert_error!(table.get_mut(&stale), NotPresent);
    assert_error!(table.get_any_mut(stale.rep()), NotPresent);
    assert_error!(table.delete(again(&stale)), NotPresent);
    assert_error!(table.push_child(3_u8, &stale), NotPresent);
    assert_error!(table.add_child(again(&stale), again(&other)), NotPresent);
    assert_error!(table.remove_child(again(&stale), again(&other)), NotPresent);
    assert_error!(table.iter_children(&stale), NotPresent);

    assert_eq!(table.delete(other)?, 2);
    assert!(table.is_empty());
    Ok(())
}

// In the `wasmtime` crate, the child can't be deleted any more: that panics.
#[test]
fn a_missing_parent_is_not_noted() -> Result {
    let mut table = ResourceTable::new();
    let child = table.push(1_u8)?;
    let missing = Resource::<u8>::new_own(5);
    assert_error!(table.add_child(again(&child), missing), NotPresent);
    assert_eq!(table.delete(child)?, 1);
    Ok(())
}

#[test]
fn a_number_that_never_was_is_not_present() {
    let mut table = ResourceTable::new();
    for number in [0, 1, u32::MAX] {
        assert_error!(table.get(&Resource::<u8>::new_own(number)), NotPresent);
        assert_error!(table.get_any_mut(number), NotPresent);
        assert_error!(table.delete(Resource::<u8>::new_own(number)), NotPresent);
    }
}

#[test]
fn an_object_of_another_type_is_an_error() -> Result {
    let mut table = ResourceTable::new();
    let name = table.push(String::from("a"))?;
    assert_error!(table.get(&cast::<_, u8>(&name)), WrongType);
    assert_error!(table.get_mut(&cast::<_, u8>(&name)), WrongType);
    assert_eq!(table.get(&name)?, "a");
    let any = table.get_any_mut(name.rep())?;
    assert_eq!(any.downcast_mut::<String>().map(|name| &**name), Some("a"));

    // The type is compared, and not what is behind a box.
    let object: Box<dyn Any + Send> = Box::new(1_u8);
    let boxed = table.push(object)?;
    assert_error!(table.get(&cast::<_, u8>(&boxed)), WrongType);
    Ok(())
}

#[test]
fn deleting_as_another_type_drops_the_object() -> Result {
    let mut table = ResourceTable::new();
    let object = Arc::new(());
    let resource = table.push(object.clone())?;
    assert_error!(table.delete(cast::<_, u8>(&resource)), WrongType);
    assert_eq!(Arc::strong_count(&object), 1);
    assert_error!(table.get(&resource), NotPresent);
    assert!(table.is_empty());
    Ok(())
}

#[test]
fn dropping_the_table_drops_its_objects() -> Result {
    let object = Arc::new(());
    let mut table = ResourceTable::new();
    let parent = table.push(object.clone())?;
    table.push_child(object.clone(), &parent)?;
    assert_eq!(Arc::strong_count(&object), 3);
    drop(table);
    assert_eq!(Arc::strong_count(&object), 1);
    Ok(())
}

#[test]
#[cfg(debug_assertions)]
fn deleting_a_borrowed_resource_is_a_mistake() -> Result {
    let mut table = ResourceTable::new();
    let resource = table.push(1_u8)?;
    let borrowed = Resource::<u8>::new_borrow(resource.rep());
    assert!(panics(|| drop(table.delete(borrowed))));
    assert_eq!(table.delete(resource)?, 1);
    Ok(())
}

#[test]
fn numbers_are_reused_in_the_reverse_order() -> Result {
    let mut table = ResourceTable::new();
    let [a, b, c] = [table.push(())?, table.push(())?, table.push(())?];
    assert_eq!([a.rep(), b.rep(), c.rep()], [0, 1, 2]);

    table.delete(b)?;
    assert_eq!(table.push(())?.rep(), 1);
    table.delete(c)?;
    table.delete(a)?;
    let next = [table.push(())?, table.push(())?, table.push(())?];
    assert_eq!(next.map(|resource| resource.rep()), [0, 2, 3]);
    Ok(())
}

#[test]
fn a_stale_resource_may_find_another_object() -> Result {
    let mut table = ResourceTable::new();
    let stale = table.push(1_u8)?;
    table.delete(again(&stale))?;
    table.push("another")?;
    assert_error!(table.get(&stale), WrongType);
    Ok(())
}

#[test]
fn a_full_table_refuses_objects() -> Result {
    let mut table = ResourceTable::new();
    assert_eq!(table.max_capacity(), 1_000_000);
    table.set_max_capacity(2);
    assert_eq!(table.max_capacity(), 2);

    let object = Arc::new(());
    let first = table.push(object.clone())?;
    let second = table.push(object.clone())?;
    assert_error!(table.push(object.clone()), Full);
    assert_error!(table.push_child(object.clone(), &first), Full);
    assert_eq!(Arc::strong_count(&object), 3);
    // No child was left behind.
    assert_eq!(table.iter_children(&first)?.count(), 0);

    table.delete(second)?;
    table.push(object.clone())?;
    assert_error!(table.push(object), Full);
    Ok(())
}

#[test]
fn a_lower_limit_evicts_nothing() -> Result {
    let mut table = ResourceTable::new();
    table.set_max_capacity(0);
    assert_error!(table.push(0_u8), Full);
    table.set_max_capacity(3);
    let resources = [table.push(0_u8)?, table.push(1)?, table.push(2)?];

    table.set_max_capacity(1);
    for (value, resource) in resources.iter().enumerate() {
        assert_eq!(usize::from(*table.get(resource)?), value);
    }
    assert_error!(table.push(3_u8), Full);
    // Places that become free are filled.
    let [_, _, last] = resources;
    table.delete(last)?;
    assert_eq!(table.push(4_u8)?.rep(), 2);
    assert_error!(table.push(5_u8), Full);
    Ok(())
}

#[test]
fn the_limit_is_1_000_000_at_first() {
    let mut table = ResourceTable::with_capacity(10);
    assert_eq!(table.max_capacity(), 1_000_000);
    let mut count = 0;
    while table.push(()).is_ok() {
        count += 1;
    }
    assert_eq!(count, 1_000_000);
    assert_error!(table.push(()), Full);
}

#[test]
fn a_capacity_is_no_limit() -> Result {
    let mut table = ResourceTable::with_capacity(1);
    assert!(table.is_empty());
    table.push(1_u8)?;
    table.push(2_u8)?;
    assert!(ResourceTable::default().is_empty());
    Ok(())
}

#[test]
fn a_parent_outlives_its_children() -> Result {
    let mut table = ResourceTable::new();
    let parent = table.push("parent")?;
    let first = table.push_child(1_u8, &parent)?;
    let second = table.push_child(2_u16, &parent)?;
    let grandchild = table.push_child(3_u32, &first)?;

    assert_error!(table.delete(again(&parent)), HasChildren);
    assert_error!(table.delete(again(&first)), HasChildren);
    // Children count before the type does, and nothing is lost.
    assert_error!(table.delete(cast::<_, u64>(&parent)), HasChildren);
    assert_eq!(*table.get(&parent)?, "parent");

    table.delete(grandchild)?;
    table.delete(first)?;
    assert_error!(table.delete(again(&parent)), HasChildren);
    table.delete(second)?;
    assert_eq!(table.delete(parent)?, "parent");
    assert!(table.is_empty());
    Ok(())
}

#[test]
fn a_child_deleted_as_another_type_leaves_its_parent() -> Result {
    let mut table = ResourceTable::new();
    let parent = table.push("parent")?;
    let child = table.push_child(1_u8, &parent)?;
    assert_error!(table.delete(cast::<_, u64>(&child)), WrongType);
    assert_eq!(table.iter_children(&parent)?.count(), 0);
    table.delete(parent)?;
    Ok(())
}

#[test]
fn a_child_in_a_reused_place_has_the_parent() -> Result {
    let mut table = ResourceTable::new();
    let free = table.push(())?;
    let parent = table.push("parent")?;
    table.delete(free)?;
    let child = table.push_child(1_u8, &parent)?;
    assert_eq!(child.rep(), 0);
    assert_error!(table.delete(again(&parent)), HasChildren);
    // The next object in the place has none.
    table.delete(child)?;
    let other = table.push(2_u8)?;
    assert_eq!(other.rep(), 0);
    table.delete(parent)?;
    table.delete(other)?;
    Ok(())
}

#[test]
fn children_come_and_go() -> Result {
    let mut table = ResourceTable::new();
    let one = table.push("one")?;
    let other = table.push("other")?;
    let child = table.push(1_u8)?;

    table.add_child(again(&child), again(&one))?;
    assert_error!(table.delete(again(&one)), HasChildren);
    table.remove_child(again(&child), again(&one))?;
    table.add_child(again(&child), again(&other))?;
    assert_eq!(table.delete(one)?, "one");

    assert_error!(table.delete(again(&other)), HasChildren);
    table.remove_child(again(&child), again(&other))?;
    assert_eq!(table.delete(other)?, "other");
    assert_eq!(table.delete(child)?, 1);
    Ok(())
}

#[test]
fn a_child_has_one_parent() -> Result {
    let mut table = ResourceTable::new();
    let one = table.push("one")?;
    let other = table.push("other")?;
    let child = table.push_child(1_u8, &one)?;

    assert!(panics(|| {
        let _ = table.add_child(again(&child), again(&other));
    }));
    assert!(panics(|| {
        let _ = table.remove_child(again(&child), again(&other));
    }));
    assert!(panics(|| {
        let _ = table.remove_child(again(&one), again(&other));
    }));

    // Nothing has changed.
    assert_eq!(table.iter_children(&one)?.count(), 1);
    table.delete(other)?;
    table.delete(child)?;
    table.delete(one)?;
    Ok(())
}

#[test]
fn children_are_iterated_over_while_they_exist() -> Result {
    let mut table = ResourceTable::new();
    let parent = table.push("parent")?;
    assert_eq!(table.iter_children(&parent)?.count(), 0);
    let last = table.push(())?;
    table.push_child(1_u8, &parent)?;
    let removed = table.push_child(2_u8, &parent)?;
    table.push_child("text", &parent)?;
    table.delete(removed)?;
    table.add_child(last, again(&parent))?;

    let kinds = |child: &(dyn Any + Send)| {
        if child.is::<u8>() {
            "number"
        } else if child.is::<&str>() {
            "text"
        } else {
            "nothing"
        }
    };
    let children: Vec<_> = table.iter_children(&parent)?.map(kinds).collect();
    assert_eq!(children, ["nothing", "number", "text"]);
    // The parent is only read meanwhile.
    for child in table.iter_children(&parent)? {
        assert_eq!(*table.get(&parent)?, "parent");
        assert!(!child.is::<u64>());
    }
    Ok(())
}

#[test]
fn entries_are_iterated_over_all_at_once() -> Result {
    let mut table = ResourceTable::new();
    let first = table.push(1_u32)?;
    let deleted = table.push(2_u32)?;
    let third = table.push_child(3_u32, &first)?;
    let fourth = table.push(4_u32)?;
    table.delete(again(&deleted))?;

    let map = BTreeMap::from([
        (fourth.rep(), "fourth"),
        (u32::MAX, "never"),
        (deleted.rep(), "deleted"),
        (first.rep(), "first"),
        (4, "too large"),
    ]);
    // All references are alive at the same time.
    let mut entries: Vec<_> = table.iter_entries(map).collect();
    let mut names = Vec::new();
    for (entry, name) in &mut entries {
        names.push(*name);
        match entry {
            Ok(entry) => *entry.downcast_mut::<u32>().unwrap() *= 10,
            Err(ResourceTableError::NotPresent) => assert!(!name.ends_with("st")),
            Err(other) => panic!("{name}: {other}"),
        }
    }
    assert_eq!(names, ["first", "deleted", "fourth", "too large", "never"]);
    let found: Vec<_> = entries.iter().map(|(entry, _)| entry.is_ok()).collect();
    assert_eq!(found, [true, false, true, false, false]);
    drop(entries);

    assert_eq!(*table.get(&first)?, 10);
    assert_eq!(*table.get(&third)?, 3);
    assert_eq!(*table.get(&fourth)?, 40);
    assert_eq!(table.iter_entries(BTreeMap::<u32, ()>::new()).count(), 0);
    Ok(())
}

#[test]
fn all_objects_are_iterated_over() -> Result {
    let mut table = ResourceTable::new();
    let parent = table.push(1_u32)?;
    let deleted = table.push(2_u32)?;
    table.push_child(3_u32, &parent)?;
    table.delete(deleted)?;
    for object in table.iter_mut() {
        *object.downcast_mut::<u32>().unwrap() += 1;
    }
    let objects = table
        .iter_mut()
        .map(|object| *object.downcast_ref::<u32>().unwrap());
    assert_eq!(objects.collect::<Vec<_>>(), [2, 4]);
    Ok(())
}

#[test]
fn its_numbers_are_printed() -> Result {
    let mut table = ResourceTable::new();
    assert_eq!(format!("{table:?}"), "[]");
    table.push(())?;
    let deleted = table.push(())?;
    table.push(())?;
    table.delete(deleted)?;
    assert_eq!(format!("{table:?}"), "[0, 2]");
    Ok(())
}

#[test]
fn errors_are_printed() {
    let texts = [
        (ResourceTableError::Full, "resource table has no free keys"),
        (ResourceTableError::NotPresent, "resource not present"),
        (ResourceTableError::WrongType, "resource is of another type"),
        (ResourceTableError::HasChildren, "resource has children"),
    ];
    for (error, text) in texts {
        let error: Box<dyn Error + Send + Sync> = error.into();
        assert_eq!(error.to_string(), text);
    }
    // They become the crate's error.
    let failing = || -> libwasmtime::Result<u8> {
        let mut table = ResourceTable::new();
        Ok(table.delete(Resource::new_own(3))?)
    };
    let error = failing().unwrap_err();
    assert!(matches!(
        error.downcast_ref::<ResourceTableError>(),
        Some(ResourceTableError::NotPresent)
    ));
}

#[test]
fn a_table_moves_between_threads() -> Result {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let mut table = ResourceTable::new();
    let resource = table.push(Cell::new(1_u8))?;
    let (table, resource) = send((table, resource));
    assert_eq!(table.get(&resource)?.get(), 1);
    Ok(())
}
