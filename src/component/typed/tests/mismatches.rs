//! Types that are compared with those of a component.

use super::{Bits, Color, FLAGS, Point, Shape};
use crate::component::typed::derived::{
    typecheck_enum, typecheck_flags, typecheck_payload, typecheck_record, typecheck_variant,
};
use crate::component::typed::{InstanceType, TypeMismatch};
use crate::component::types::{ComponentFunc, ComponentItem, Type};
use crate::component::{Component, ComponentNamedList, ComponentType, WasmList, WasmStr};
use crate::{Config, Engine, Result};
use std::collections::HashMap;
use std::sync::Arc;

/// The types of the functions that a component imports, each of which returns its parameter.
struct Funcs(Vec<(String, ComponentFunc)>);

impl Funcs {
    fn new() -> Result<Funcs> {
        let flags = FLAGS.map(|name| format!("\"{name}\" ")).concat();
        let mut wat = format!(
            r#"(component
            (type $point (record (field "x" u32) (field "y" string)))
            (import "point" (type $to-point (eq $point)))
            (type $shape (variant (case "none") (case "number" u32) (case "nothing")))
            (import "shape" (type $to-shape (eq $shape)))
            (type $color (enum "red" "green"))
            (import "color" (type $to-color (eq $color)))
            (type $bits (flags {flags}))
            (import "bits" (type $to-bits (eq $bits)))
            (import "nothing" (func))
            (import "two" (func (param "a" u8) (param "b" (option string))))
            "#
        );
        for (name, ty) in [
            ("bool", "bool"),
            ("u8", "u8"),
            ("s64", "s64"),
            ("f32", "f32"),
            ("char", "char"),
            ("string", "string"),
            ("list", "(list u8)"),
            ("map", "(map string u32)"),
            ("tuple", "(tuple u8 string)"),
            ("option", "(option u8)"),
            ("result", "(result u8 (error string))"),
            ("bare-result", "(result)"),
            ("a-point", "$to-point"),
            ("a-shape", "$to-shape"),
            ("a-color", "$to-color"),
            ("some-bits", "$to-bits"),
            ("nested", "(list (tuple u8 (option (result $to-point))))"),
        ] {
            let func = format!("(func (param \"a\" {ty}) (result {ty}))");
            wat += &format!("(import \"{name}\" {func})\n");
        }
        wat += ")";
        let engine = Engine::new(Config::new().wasm_component_model_map(true))?;
        let ty = Component::new(&engine, wat)?.component_type();
        let func = |item: ComponentItem| match item {
            ComponentItem::ComponentFunc(func) => Some(func),
            ComponentItem::CoreFunc(_)
            | ComponentItem::Module(_)
            | ComponentItem::Component(_)
            | ComponentItem::ComponentInstance(_)
            | ComponentItem::Type(_)
            | ComponentItem::Resource(_) => None,
        };
        let imports = ty.imports(&engine);
        let funcs = imports.filter_map(|(name, item)| Some((name.to_owned(), func(item.ty)?)));
        Ok(Funcs(funcs.collect()))
    }

    fn typecheck<Params, Return>(&self, name: &str) -> Result<()>
    where
        Params: ComponentNamedList,
        Return: ComponentNamedList,
    {
        let (_, func) = self.0.iter().find(|(found, _)| found == name).unwrap();
        func.typecheck::<Params, Return>(&InstanceType::INSTANCE)
    }

    /// Returns where a type differs from that of the parameter, and how.
    fn mismatch<T>(&self, name: &str) -> String
    where
        (T,): ComponentNamedList,
    {
        let error = self.typecheck::<(T,), ()>(name).unwrap_err().to_string();
        let error = error.strip_prefix("type mismatch at params.0");
        error.expect("it is at the parameter").to_owned()
    }
}

/// `record { x: u32, y: u8 }`.
struct AnotherPoint;

// SAFETY: these are the fields.
unsafe impl ComponentType for AnotherPoint {
    const SIZE32: usize = 8;
    const ALIGN32: u32 = 4;

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        typecheck_record(ty, cx, &[("x", u32::typecheck), ("y", u8::typecheck)])
    }
}

#[test]
fn types_fit() -> Result<()> {
    let funcs = Funcs::new()?;
    macro_rules! fit {
        ($($name:literal $($ty:ty)|*;)*) => {
            $($(funcs.typecheck::<($ty,), ($ty,)>($name)?;)*)*
        };
    }
    fit! {
        "bool" bool | &bool;
        "u8" u8 | Box<u8>;
        "s64" i64 | Arc<i64>;
        "f32" f32;
        "char" char;
        "string" String | &str | Box<str> | Arc<str> | &Arc<String> | WasmStr;
        "list" Vec<u8> | &[u8] | Box<[u8]> | Arc<[u8]> | &Vec<&u8> | WasmList<u8>;
        "map" HashMap<String, u32> | &HashMap<&str, &u32>;
        "tuple" (u8, String) | &(u8, &str);
        "option" Option<u8> | Option<&u8>;
        "result" Result<u8, String> | Result<&u8, &str>;
        "bare-result" Result<(), ()>;
        "a-point" Point;
        "a-shape" Shape;
        "a-color" Color;
        "some-bits" Bits;
        "nested" Vec<(u8, Option<Result<Point, ()>>)>;
    }
    funcs.typecheck::<(), ()>("nothing")?;
    funcs.typecheck::<(u8, Option<&str>), ()>("two")
}

#[test]
fn a_mismatch_names_kinds() -> Result<()> {
    let funcs = Funcs::new()?;
    assert_eq!(funcs.mismatch::<i8>("u8"), ": expected s8, found u8");
    assert_eq!(funcs.mismatch::<u8>("bool"), ": expected u8, found bool");
    assert_eq!(funcs.mismatch::<f64>("f32"), ": expected f64, found f32");
    assert_eq!(
        funcs.mismatch::<Vec<u8>>("string"),
        ": expected list, found string"
    );
    assert_eq!(
        funcs.mismatch::<&str>("list"),
        ": expected string, found list"
    );
    assert_eq!(
        funcs.mismatch::<WasmStr>("char"),
        ": expected string, found char"
    );
    assert_eq!(
        funcs.mismatch::<Option<u8>>("u8"),
        ": expected option, found u8"
    );
    assert_eq!(
        funcs.mismatch::<Result<u8, ()>>("option"),
        ": expected result, found option"
    );
    assert_eq!(
        funcs.mismatch::<HashMap<u8, u8>>("list"),
        ": expected map, found list"
    );
    assert_eq!(
        funcs.mismatch::<Point>("tuple"),
        ": expected record, found tuple"
    );
    assert_eq!(
        funcs.mismatch::<Shape>("a-color"),
        ": expected variant, found enum"
    );
    assert_eq!(
        funcs.mismatch::<Color>("a-shape"),
        ": expected enum, found variant"
    );
    assert_eq!(
        funcs.mismatch::<Bits>("a-point"),
        ": expected flags, found record"
    );
    assert_eq!(
        funcs.mismatch::<(u8,)>("u8"),
        ": expected tuple of 1 element, found u8"
    );
    Ok(())
}

#[test]
fn a_mismatch_names_its_place() -> Result<()> {
    let funcs = Funcs::new()?;
    assert_eq!(
        funcs.mismatch::<Vec<i8>>("list"),
        ".element: expected s8, found u8"
    );
    assert_eq!(
        funcs.mismatch::<Option<i8>>("option"),
        ".some: expected s8, found u8"
    );
    assert_eq!(
        funcs.mismatch::<Result<i8, ()>>("result"),
        ".ok: expected s8, found u8"
    );
    assert_eq!(
        funcs.mismatch::<Result<u8, u8>>("result"),
        ".error: expected u8, found string"
    );
    assert_eq!(
        funcs.mismatch::<HashMap<u8, u32>>("map"),
        ".key: expected u8, found string"
    );
    assert_eq!(
        funcs.mismatch::<HashMap<&str, u8>>("map"),
        ".value: expected u8, found u32"
    );
    assert_eq!(
        funcs.mismatch::<(u8, u8)>("tuple"),
        ".element 1: expected u8, found string"
    );
    let place = ".element.element 1.some.ok.field \"y\"";
    type Nested<T> = Vec<(u8, Option<Result<T, ()>>)>;
    assert_eq!(
        funcs.mismatch::<Nested<AnotherPoint>>("nested"),
        format!("{place}: expected u8, found string")
    );

    let error = funcs.typecheck::<(u8, Option<u8>), ()>("two").unwrap_err();
    let expected = "type mismatch at params.1.some: expected u8, found string";
    assert_eq!(error.to_string(), expected);
    let error = funcs.typecheck::<(u8,), (i8,)>("u8").unwrap_err();
    assert_eq!(
        error.to_string(),
        "type mismatch at result: expected s8, found u8"
    );
    Ok(())
}

#[test]
fn a_mismatch_names_numbers() -> Result<()> {
    let funcs = Funcs::new()?;
    let error = |result: Result<()>| result.unwrap_err().to_string();
    assert_eq!(
        error(funcs.typecheck::<(u8, u8), ()>("u8")),
        "type mismatch: expected 2 parameters, found 1"
    );
    assert_eq!(
        error(funcs.typecheck::<(u8,), ()>("two")),
        "type mismatch: expected 1 parameter, found 2"
    );
    assert_eq!(
        error(funcs.typecheck::<(u8,), ()>("u8")),
        "type mismatch: expected 0 results, found 1"
    );
    assert_eq!(
        error(funcs.typecheck::<(), (u8,)>("nothing")),
        "type mismatch: expected 1 result, found 0"
    );
    assert_eq!(
        funcs.mismatch::<(u8, &str, u8)>("tuple"),
        ": expected tuple of 3 elements, found one of 2"
    );
    Ok(())
}

#[test]
fn a_mismatch_names_payloads() -> Result<()> {
    let funcs = Funcs::new()?;
    assert_eq!(
        funcs.mismatch::<Result<u8, ()>>("result"),
        ".error: expected no payload, found string"
    );
    assert_eq!(
        funcs.mismatch::<Result<(), &str>>("result"),
        ".ok: expected no payload, found u8"
    );
    assert_eq!(
        funcs.mismatch::<Result<(), u8>>("bare-result"),
        ".error: expected a payload, found none"
    );
    Ok(())
}

#[test]
fn a_mismatch_names_names() -> Result<()> {
    let funcs = Funcs::new()?;
    let mismatch =
        |name, typecheck: &dyn Fn(&Type, &InstanceType<'_>) -> Result<(), TypeMismatch>| {
            let (_, func) = funcs.0.iter().find(|(found, _)| found == name).unwrap();
            let (_, ty) = func.params().next().unwrap();
            typecheck(&ty, &InstanceType::INSTANCE)
                .unwrap_err()
                .to_string()
        };
    let cases = [
        (
            mismatch("a-point", &|ty, cx| {
                typecheck_record(ty, cx, &[("x", u32::typecheck), ("z", String::typecheck)])
            }),
            "expected the field \"z\", found the field \"y\"",
        ),
        (
            mismatch("a-point", &|ty, cx| {
                typecheck_record(ty, cx, &[("x", u32::typecheck)])
            }),
            "expected 1 field, found 2",
        ),
        (
            mismatch("a-color", &|ty, _| typecheck_enum(ty, &["green", "red"])),
            "expected the case \"green\", found the case \"red\"",
        ),
        (
            mismatch("a-color", &|ty, _| {
                typecheck_enum(ty, &["red", "green", "blue"])
            }),
            "expected 3 cases, found 2",
        ),
        (
            mismatch("some-bits", &|ty, _| typecheck_flags(ty, &FLAGS[1..])),
            "expected 31 flags, found 32",
        ),
        (
            mismatch("a-shape", &|ty, cx| {
                typecheck_variant(ty, cx, &[("none", typecheck_payload::<()>)])
            }),
            "expected 1 case, found 3",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, format!("type mismatch: {expected}"));
    }
    let payloads = mismatch("a-shape", &|ty, cx| {
        let number = ("number", typecheck_payload::<u8> as _);
        let nothing = ("nothing", typecheck_payload::<()> as _);
        typecheck_variant(
            ty,
            cx,
            &[("none", typecheck_payload::<()>), number, nothing],
        )
    });
    assert_eq!(
        payloads,
        "type mismatch at case \"number\": expected u8, found u32"
    );
    Ok(())
}
