//! Values in globals, tables, fields, elements, exceptions and bound objects.

use super::*;
use libwasmtime::bind::Object;
use libwasmtime::{Global, GlobalType, Ref, Table, TableType, ThrownException};

/// Values in globals, tables, fields and elements, where nothing else refers to them.
#[test]
fn places_of_all_kinds() -> Result<()> {
    let mut store = store();
    let engine = store.engine().clone();
    let types = [
        RefType::STRUCTREF,
        RefType::ARRAYREF,
        RefType::EQREF,
        RefType::EXTERNREF,
        RefType::ANYREF,
        RefType::EXNREF,
    ];
    let fields = StructType::new(&engine, types.clone().map(mutable_ref))?;
    let fields = StructRefPre::new(&mut store, fields);
    let mut globals = Vec::new();
    let mut tables = Vec::new();
    for ty in types.clone() {
        let null = Val::default_for_ty(&ty.clone().into()).expect("it may be null");
        let global = GlobalType::new(ty.clone().into(), Mutability::Var);
        globals.push(Global::new(&mut store, global, null)?);
        let null = null.ref_().expect("it is a reference");
        tables.push(Table::new(&mut store, TableType::new(ty, 1, None), null)?);
    }
    let elems: Vec<_> = types
        .map(|ty| ArrayType::new(&engine, mutable_ref(ty)))
        .map(|ty| ArrayRefPre::new(&mut store, ty))
        .into_iter()
        .collect();

    for number in 0..TIMES {
        let mut scope = RootScope::new(&mut store);
        let mut cx = scope.as_context_mut();
        let keep = |cx: &mut Cx<'_>| -> Result<_> {
            let mut scope = RootScope::new(&mut *cx);
            let mut cx = scope.as_context_mut();
            let vals = to_vals(make(&mut cx, number)?);
            let object = StructRef::new(&mut cx, &fields, &vals)?;
            collect(&mut cx)?;
            let mut arrays = Vec::new();
            for (index, val) in vals.into_iter().enumerate() {
                globals[index].set(&mut cx, val)?;
                let table = tables[index];
                let reference: Ref = val.ref_().expect("it is a reference");
                collect(&mut cx)?;
                table.set(&mut cx, 0, reference)?;
                let last = table.grow(&mut cx, 1, reference)?;
                table.fill(&mut cx, last, reference, 1)?;
                collect(&mut cx)?;
                let array = ArrayRef::new(&mut cx, &elems[index], &val, 3)?;
                array.set(&mut cx, 1, val)?;
                let fixed = ArrayRef::new_fixed(&mut cx, &elems[index], &[val, val])?;
                arrays.push(array.to_owned_rooted(&mut cx)?);
                arrays.push(fixed.to_owned_rooted(&mut cx)?);
                collect(&mut cx)?;
            }
            Ok((object.to_owned_rooted(&mut cx)?, arrays))
        };
        let (object, arrays) = keep(&mut cx)?;
        collect(&mut cx)?;

        let found: Vec<_> = object.fields(&mut cx)?.collect();
        collect(&mut cx)?;
        let all = from_vals(&mut cx, &found)?;
        check(&mut cx, all, number)?;
        let found: Vec<_> = globals.iter().map(|global| global.get(&mut cx)).collect();
        collect(&mut cx)?;
        let all = from_vals(&mut cx, &found)?;
        check(&mut cx, all, number)?;
        for index in [0, number as u64 + 1] {
            let found = tables.iter().map(|table| table.get(&mut cx, index));
            let found: Vec<Val> = found
                .map(|found| found.expect("there is one").into())
                .collect();
            collect(&mut cx)?;
            let all = from_vals(&mut cx, &found)?;
            check(&mut cx, all, number)?;
        }
        for (which, index) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)] {
            let arrays = arrays.iter().skip(which).step_by(2);
            let found = arrays.map(|array| array.get(&mut cx, index));
            let found = found.collect::<Result<Vec<_>>>()?;
            collect(&mut cx)?;
            let all = from_vals(&mut cx, &found)?;
            check(&mut cx, all, number)?;
        }
        // They move to another place of the same object, and of the other objects.
        let found: Vec<_> = object.fields(&mut cx)?.collect();
        for (index, val) in found.into_iter().enumerate() {
            object.set_field(&mut cx, index, val)?;
            collect(&mut cx)?;
        }
        let found: Vec<_> = object.fields(&mut cx)?.collect();
        let all = from_vals(&mut cx, &found)?;
        check(&mut cx, all, number)?;
    }
    Ok(())
}

fn mutable_ref(ty: RefType) -> FieldType {
    mutable(ValType::from(ty))
}

/// The fields of an exception are all that refers to what is in them.
#[test]
fn exceptions_in_both_directions() -> Result<()> {
    let mut store = store();
    let guest = guest(&mut store)?;
    let throw = guest.get_func(&mut store, "throw").expect("it is exported");
    let tag = guest.get_tag(&mut store, "tag").expect("it is exported");
    let ty = ExnType::from_tag_type(&tag.ty(&store))?;
    let pre = ExnRefPre::new(&mut store, ty);
    let host = Func::wrap(
        &mut store,
        move |mut caller: Caller<'_, StoreLimits>, n: i32| {
            let mut cx = caller.as_context_mut();
            let (object, _, _, host, _, _) = make(&mut cx, n)?;
            let fields = [Val::I32(n), object.into(), host.into()];
            let exception = ExnRef::new(&mut cx, &pre, &tag, &fields)?;
            collect(&mut cx)?;
            cx.throw::<()>(exception)
        },
    );
    for number in 0..TIMES {
        let mut scope = RootScope::new(&mut store);
        let mut cx = scope.as_context_mut();
        let result = if number % 2 == 0 {
            let mut scope = RootScope::new(&mut cx);
            let mut cx = scope.as_context_mut();
            let (object, _, _, host, _, _) = make(&mut cx, number)?;
            let arguments = [Val::I32(number), object.into(), host.into()];
            throw.call(&mut cx, &arguments, &mut [])
        } else {
            host.call(&mut cx, &[Val::I32(number)], &mut [])
        };
        let error = result.expect_err("it throws");
        assert!(error.is::<ThrownException>(), "{error:?}");
        collect(&mut cx)?;
        let exception = cx.take_pending_exception().expect("one is pending");
        collect(&mut cx)?;
        let fields: Vec<_> = exception.fields(&mut cx)?.collect();
        collect(&mut cx)?;
        assert_eq!(fields[0].unwrap_i32(), number);
        let object = *fields[1].unwrap_anyref().expect("it isn't null");
        let object = object.unwrap_struct(&cx)?;
        check_box(&mut cx, object, number)?;
        check_host(&mut cx, fields[2].unwrap_externref().copied(), number)?;
    }
    Ok(())
}

struct Number(i32);

libwasmtime::__object!(Number);

/// Results of a bound function, of which some are created when the others are rooted.
#[test]
fn bound_objects() -> Result<()> {
    let mut store = store();
    let mut linker = Linker::new(store.engine());
    type In<'a> = Caller<'a, StoreLimits>;
    linker
        .host_module("host", ())
        .func::<(In<'_>, Object<Number>, Rooted<StructRef>), _>(
            "both",
            |(mut caller, number, object)| {
                let mut cx = caller.as_context_mut();
                collect(&mut cx)?;
                let n = number.try_borrow()?.0;
                check_box(&mut cx, object, n)?;
                let made = new_box(&mut cx, n + 1)?;
                collect(&mut cx)?;
                let numbers = [n + 1, n + 2].map(|n| Object::new(Number(n)));
                let [first, second] = numbers;
                libwasmtime::error::Ok((first, made, second, number))
            },
        )?;
    let wat = r#"(module
        (type $both (func (param externref (ref struct))
            (result externref (ref struct) externref externref)))
        (import "host" "both" (func $both (type $both)))
        (func (export "both") (type $both) (call $both (local.get 0) (local.get 1))))"#;
    let guest = linker.instantiate(&mut store, &Module::new(linker.engine(), wat)?)?;
    type Objects = Option<Rooted<ExternRef>>;
    let both = guest
        .get_typed_func::<(Objects, Rooted<StructRef>), (Objects, Rooted<StructRef>, Objects, Objects)>(
            &mut store, "both",
        )?;
    for number in 0..TIMES {
        let mut scope = RootScope::new(&mut store);
        let mut cx = scope.as_context_mut();
        let object = Object::new(Number(number)).to_externref(&mut cx)?;
        collect(&mut cx)?;
        let argument = new_box(&mut cx, number)?;
        let (first, made, second, same) = both.call(&mut cx, (Some(object), argument))?;
        collect(&mut cx)?;
        check_box(&mut cx, made, number + 1)?;
        for (object, expected) in [(first, number + 1), (second, number + 2), (same, number)] {
            let object = object.expect("it isn't null");
            let object = Object::<Number>::from_externref(&cx, &object)?;
            assert_eq!(object.try_borrow()?.0, expected);
            cx.gc(None)?;
        }
    }
    Ok(())
}
