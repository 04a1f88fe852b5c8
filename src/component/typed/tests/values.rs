//! Values that are lowered and lifted again, and values that aren't of the type.

use super::{Bits, Color, Point, Shape};
use crate::component::raw::Content;
use crate::component::typed::derived::{OwnedComponentVal, RecordWriter, lift_flags, lower_flags};
use crate::component::typed::{InstanceType, LiftContext, LowerContext, TypeMismatch};
use crate::component::types::Type;
use crate::component::{ComponentNamedList, ComponentType, Lift, Lower, WasmList, WasmStr};
use crate::error::bail;
use crate::vec::component::{MapEntry, ValMap};
use crate::{AsContextMut, Engine, Result, Store};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

fn store() -> Store<()> {
    Store::new(&Engine::default(), ())
}

fn lower<T: Lower + ?Sized>(store: &mut Store<()>, value: &T) -> Result<OwnedComponentVal> {
    let mut store = store.as_context_mut();
    value.lower(&mut LowerContext::for_results(store.opaque_mut()))
}

fn lift<T: Lift>(store: &mut Store<()>, val: &OwnedComponentVal) -> Result<T> {
    let mut store = store.as_context_mut();
    T::lift(&mut LiftContext::new(store.opaque_mut()), val)
}

/// Lowers a value, and lifts it as a type that stands for the same.
fn pass<T: Lift>(store: &mut Store<()>, value: &(impl Lower + ?Sized)) -> Result<T> {
    let val = lower(store, value)?;
    lift(store, &val)
}

fn echo<T: Lower + Lift + Debug + PartialEq>(store: &mut Store<()>, value: T) {
    let lifted: T = pass(store, &value).unwrap();
    assert_eq!(lifted, value);
}

#[test]
fn scalars_come_back() -> Result<()> {
    let mut store = store();
    macro_rules! echo {
        ($($value:expr),*) => {
            $(echo(&mut store, $value);)*
        };
    }
    echo!(
        false,
        true,
        u8::MAX,
        i8::MIN,
        u16::MAX,
        i16::MIN,
        u32::MAX,
        i32::MIN
    );
    echo!(
        u64::MAX,
        i64::MIN,
        f32::MIN_POSITIVE,
        f64::MAX,
        '\0',
        '\u{d7ff}',
        char::MAX
    );
    for bits in [(-0.0_f32).to_bits(), f32::NAN.to_bits(), 0x7fa0_1234] {
        let lifted: f32 = pass(&mut store, &f32::from_bits(bits))?;
        assert_eq!(lifted.to_bits(), bits);
    }
    for bits in [
        (-0.0_f64).to_bits(),
        f64::NAN.to_bits(),
        0x7ff4_0000_1234_5678,
    ] {
        let lifted: f64 = pass(&mut store, &f64::from_bits(bits))?;
        assert_eq!(lifted.to_bits(), bits);
    }
    Ok(())
}

#[test]
fn texts_come_back() -> Result<()> {
    let mut store = store();
    for text in ["", "a", "nul \0", "€ 🦀", &"long ".repeat(100_000)] {
        let string: String = pass(&mut store, text)?;
        assert_eq!(string, text);
        let boxed: Box<str> = pass(&mut store, &string)?;
        assert_eq!(&*boxed, text);
        let shared: Arc<str> = pass(&mut store, &boxed)?;
        assert_eq!(&*shared, text);
        let wasm_str: WasmStr = pass(&mut store, &shared)?;
        assert_eq!(wasm_str.to_str(&store)?, text);
    }
    Ok(())
}

#[test]
fn lists_come_back() -> Result<()> {
    let mut store = store();
    echo(&mut store, Vec::<u32>::new());
    echo(
        &mut store,
        (0..=u8::MAX).cycle().take(100_000).collect::<Vec<_>>(),
    );
    echo(&mut store, (0..10_000).collect::<Vec<u32>>());
    echo(
        &mut store,
        vec![vec!["a".to_owned()], vec![], vec![String::new(); 3]],
    );
    let boxed: Box<[u64]> = pass(&mut store, &[1_u64, 2][..])?;
    let shared: Arc<[u64]> = pass(&mut store, &boxed)?;
    let list: Vec<u64> = pass(&mut store, &shared)?;
    assert_eq!(list, [1, 2]);
    let list: Vec<u64> = pass(&mut store, &&list)?;
    assert_eq!(list.capacity(), 2);
    Ok(())
}

#[test]
fn elements_of_wasm_lists_are_read_when_they_are_asked_for() -> Result<()> {
    let mut store = store();
    let list: WasmList<String> = pass(&mut store, &["a", "b"][..])?;
    assert_eq!(list.len(), 2);
    assert_eq!(list.get(&mut store, 1).unwrap()?, "b");
    assert!(list.get(&mut store, 2).is_none());
    let mut elems = list.iter(&mut store)?;
    assert_eq!(elems.len(), 2);
    assert_eq!(elems.next().unwrap()?, "a");
    assert_eq!(elems.len(), 1);
    drop(elems);

    let list: WasmList<u32> = pass(&mut store, &["a"][..])?;
    assert!(list.get(&mut store, 0).unwrap().is_err());
    Ok(())
}

#[test]
#[should_panic = "wrong store"]
fn elements_of_wasm_lists_are_read_in_their_store() {
    let list: WasmList<u32> = pass(&mut store(), &[1_u32][..]).unwrap();
    _ = list.get(&mut store(), 0);
}

#[test]
#[should_panic = "wrong store"]
fn wasm_lists_are_iterated_in_their_store() {
    let list: WasmList<u32> = pass(&mut store(), &[1_u32][..]).unwrap();
    let mut another = store();
    _ = list.iter(&mut another).map(|elems| elems.count());
}

#[test]
fn maps_come_back() -> Result<()> {
    let mut store = store();
    echo(&mut store, HashMap::<u8, String>::new());
    let map: HashMap<String, u64> = (0..1000).map(|n| (n.to_string(), n)).collect();
    echo(&mut store, map);

    let entry = |key, value| MapEntry {
        key: OwnedComponentVal::from_u8(key),
        value: OwnedComponentVal::from_bool(value),
    };
    let entries = [entry(1, false), entry(2, false), entry(1, true)];
    let val = OwnedComponentVal::from_map(ValMap::from(entries));
    let map: HashMap<u8, bool> = lift(&mut store, &val)?;
    assert_eq!(map, HashMap::from([(1, true), (2, false)]));
    Ok(())
}

#[test]
fn pointers_stand_for_what_they_point_to() -> Result<()> {
    let mut store = store();
    echo(&mut store, Box::new(7_u32));
    echo(&mut store, Arc::new("seven".to_owned()));
    let lifted: u32 = pass(&mut store, &&Box::new(&7_u32))?;
    assert_eq!(lifted, 7);
    Ok(())
}

#[test]
fn options_and_results_come_back() {
    let mut store = store();
    echo(&mut store, None::<u32>);
    echo(&mut store, Some("text".to_owned()));
    echo(&mut store, [None, Some(None), Some(Some(1_u8))].to_vec());
    echo(&mut store, Ok::<u32, String>(1));
    echo(&mut store, Err::<u32, _>("failed".to_owned()));
    echo(&mut store, [Ok(()), Err(1_u32)].to_vec());
    echo(&mut store, [Ok(1_u32), Err(())].to_vec());
    echo(&mut store, [Ok::<(), ()>(()), Err(())].to_vec());
}

#[test]
fn unit_is_no_payload() -> Result<()> {
    let mut store = store();
    let val = lower(&mut store, &Ok::<(), u32>(()))?;
    assert!(matches!(val.content(), Content::Result(Ok(None))));
    let val = lower(&mut store, &Shape::Nothing(()))?;
    assert!(matches!(val.content(), Content::Variant("nothing", None)));

    let error = lift::<Result<u32, ()>>(&mut store, &OwnedComponentVal::from_result(Ok(None)));
    let expected = "expected a case with a payload, found one without";
    assert_eq!(error.unwrap_err().to_string(), expected);
    let payload = Some(OwnedComponentVal::from_u32(1));
    let val = OwnedComponentVal::from_result(Ok(payload));
    assert!(lift::<Result<(), ()>>(&mut store, &val).is_err());
    Ok(())
}

#[test]
fn tuples_come_back() {
    let mut store = store();
    echo(&mut store, ());
    echo(&mut store, (1_u8,));
    echo(
        &mut store,
        ("one".to_owned(), (2_u16, None::<u8>), vec![3_u32]),
    );
}

#[test]
fn parameters_and_results_are_written_one_by_one() -> Result<()> {
    fn echo<T: ComponentNamedList + Lower + Lift>(store: &mut Store<()>, list: T) -> Result<T> {
        let mut vals = T::vals();
        let mut store = store.as_context_mut();
        let mut cx = LowerContext::for_results(store.opaque_mut());
        list.lower_list(&mut cx, vals.as_mut())?;
        drop(cx);
        let mut cx = LiftContext::new(store.opaque_mut());
        T::lift_list(&mut cx, vals.as_ref())
    }
    let mut store = store();
    echo(&mut store, ())?;
    let list = (1_u32, "two".to_owned(), vec![3_u8]);
    assert_eq!(echo(&mut store, list.clone())?, list);

    let mut store = store.as_context_mut();
    let mut cx = LiftContext::new(store.opaque_mut());
    let error = <(u32,)>::lift_list(&mut cx, &[]).unwrap_err();
    assert_eq!(error.to_string(), "expected 1 value, found 0");
    let mut cx = LowerContext::for_results(store.opaque_mut());
    let error = (1_u32, 2_u32).lower_list(&mut cx, &mut []).unwrap_err();
    assert_eq!(error.to_string(), "expected 2 values, found 0");
    Ok(())
}

#[test]
fn types_with_names_come_back() {
    let mut store = store();
    let y = "y".to_owned();
    echo(&mut store, Point { x: 1, y });
    echo(
        &mut store,
        [Shape::None, Shape::Number(7), Shape::Nothing(())].to_vec(),
    );
    echo(&mut store, [Color::Red, Color::Green].to_vec());
    echo(
        &mut store,
        [Bits(0), Bits(1), Bits(1 << 31), Bits(u32::MAX)].to_vec(),
    );
}

#[test]
fn flags_may_take_several_words() -> Result<()> {
    let names = [&["a"; 31][..], &["b", "c"]].concat();
    for (words, set) in [
        ([0, 0], 0),
        ([1 << 31, 0], 1),
        ([0, 1], 1),
        ([1 << 31, 1], 2),
    ] {
        let val = lower_flags(&names, &words);
        assert!(matches!(val.content(), Content::Flags(flags) if flags.len() == set));
        let mut lifted = [0; 2];
        lift_flags(&val, &names, &mut lifted)?;
        assert_eq!(lifted, words);
    }
    Ok(())
}

#[test]
fn other_names_and_numbers_are_errors() -> Result<()> {
    let mut store = store();
    let val = OwnedComponentVal::from_enum("blue");
    let error = lift::<Color>(&mut store, &val).unwrap_err();
    assert_eq!(error.to_string(), "the case \"blue\" is unknown");

    let val = OwnedComponentVal::from_variant("other", None);
    let error = lift::<Shape>(&mut store, &val).unwrap_err();
    assert_eq!(error.to_string(), "the case \"other\" is unknown");
    let val = OwnedComponentVal::from_variant("number", None);
    let error = lift::<Shape>(&mut store, &val).unwrap_err();
    let expected = "expected a case with a payload, found one without";
    assert_eq!(error.to_string(), expected);

    let val = OwnedComponentVal::from_flags(["f1", "f32"].into_iter());
    let error = lift::<Bits>(&mut store, &val).unwrap_err();
    assert_eq!(error.to_string(), "the flag \"f32\" is unknown");

    let val = RecordWriter::new(1).finish();
    let error = lift::<Point>(&mut store, &val).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a record of 2 fields, found one of 1"
    );
    let val = lower(&mut store, &(1_u8, 2_u8))?;
    let error = lift::<(u8, u8, u8)>(&mut store, &val).unwrap_err();
    assert_eq!(error.to_string(), "expected 3 values, found 2");
    Ok(())
}

#[test]
fn a_value_is_lifted_as_its_kind_only() -> Result<()> {
    let mut store = store();
    type Attempt = fn(&mut Store<()>, &OwnedComponentVal) -> Result<()>;
    fn attempt<T: Lift>(store: &mut Store<()>, val: &OwnedComponentVal) -> Result<()> {
        lift::<T>(store, val).map(drop)
    }
    macro_rules! kinds {
        ($($kind:literal $ty:ty: $value:expr;)*) => {
            [$(($kind, lower(&mut store, &$value)?, attempt::<$ty> as Attempt),)*]
        };
    }
    let kinds = kinds! {
        "bool" bool: true;
        "u8" u8: 1_u8;
        "s8" i8: 1_i8;
        "u16" u16: 1_u16;
        "s16" i16: 1_i16;
        "u32" u32: 1_u32;
        "s32" i32: 1_i32;
        "u64" u64: 1_u64;
        "s64" i64: 1_i64;
        "f32" f32: 1_f32;
        "f64" f64: 1_f64;
        "char" char: 'a';
        "string" String: *"text";
        "list" Vec<u8>: [1_u8][..];
        "map" HashMap<u8, u8>: HashMap::from([(1_u8, 2_u8)]);
        "tuple" (u8,): (1_u8,);
        "option" Option<u8>: Some(1_u8);
        "result" Result<u8, ()>: Ok::<u8, ()>(1);
        "record" Point: Point { x: 1, y: String::new() };
        "variant" Shape: Shape::None;
        "enum" Color: Color::Red;
        "flags" Bits: Bits(5);
    };
    for (found, val, _) in &kinds {
        for (expected, _, attempt) in &kinds {
            let result = attempt(&mut store, val);
            if expected == found {
                result?;
            } else {
                let text =
                    format!("expected a value of type {expected}, found one of kind {found}");
                assert_eq!(result.unwrap_err().to_string(), text);
            }
        }
    }
    Ok(())
}

/// A type that can't be lowered.
struct Unfit;

// SAFETY: no value of it exists in a guest.
unsafe impl ComponentType for Unfit {
    const SIZE32: usize = 0;
    const ALIGN32: u32 = 1;

    fn typecheck(_: &Type, _: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        Err(TypeMismatch::new("nothing", "something"))
    }
}

// SAFETY: no value is made.
unsafe impl Lower for Unfit {
    fn lower(&self, _: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        bail!("unfit")
    }
}

#[test]
fn an_error_within_a_value_ends_it() {
    let mut store = store();
    let text = "dropped".to_owned();
    let fails = |result: Result<OwnedComponentVal>| {
        assert_eq!(result.unwrap_err().to_string(), "unfit");
    };
    fails(lower(&mut store, &[Ok(&text), Err(Unfit), Ok(&text)][..]));
    fails(lower(&mut store, &(&text, Unfit, &text)));
    fails(lower(&mut store, &HashMap::from([(&text, Unfit)])));
    fails(lower(&mut store, &Some(Unfit)));
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_list_is_no_longer_than_a_memory() {
    const TOO_LONG: usize = 1 << 32;
    let error = lower(&mut store(), &[(); TOO_LONG][..]).unwrap_err();
    let text = "a list of 4294967296 elements is longer than a guest's memory";
    assert_eq!(error.to_string(), text);
}
