//! Shows that a wrong declaration is found: each test alters one thing in declarations
//! that are right and pass.

use crate::declared::{Constant, Function, Named, Record};
use crate::difference::Difference;
use crate::layout::{Layout, layouts};
use crate::{Abi, compare, generate};

fn the_compiler_refuses_a_wrong_function() {
    let abi = Abi::read();
    let right = abi.rust.function("wasmtime_memory_grow");
    abi.accept("right_function", &[generate::function(&abi.c, right)]);
    let alter = |name: &str, alter: &dyn Fn(&mut Function)| {
        let mut wrong = right.clone();
        alter(&mut wrong);
        abi.refuse(
            name,
            generate::function(&abi.c, &wrong),
            "function wasmtime_memory_grow:1",
        );
    };
    alter("a_parameter_of_another_width", &|f| {
        f.params[2] = "u32".into()
    });
    alter("a_parameter_of_another_sign", &|f| {
        f.params[2] = "i64".into()
    });
    // On Windows, both are the same type in C.
    if !cfg!(windows) {
        alter("a_parameter_as_wide_as_a_pointer", &|f| {
            f.params[2] = "usize".into()
        });
    }
    alter("a_pointer_to_something_mutable", &|f| {
        f.params[1] = f.params[1].replace("*const", "*mut");
    });
    alter("a_pointer_to_another_type", &|f| {
        f.params[1] = "*const wasmtime_table_t".into()
    });
    alter("parameters_in_another_order", &|f| f.params.swap(2, 3));
    alter("a_parameter_too_many", &|f| f.params.push("u8".into()));
    alter("a_parameter_too_few", &|f| drop(f.params.pop()));
    alter("no_result", &|f| f.result.clear());
    alter("another_result", &|f| f.result = "*mut wasm_trap_t".into());
}

fn the_compiler_refuses_a_wrong_callback() {
    let abi = Abi::read();
    let right = abi.rust.function("wasm_func_new_with_env");
    abi.accept("right_callback", &[generate::function(&abi.c, right)]);
    for (name, wrong) in [
        ("parameter", "Option<unsafe extern \"C\" fn(*const c_void)>"),
        (
            "result",
            "Option<unsafe extern \"C\" fn(*mut c_void) -> bool>",
        ),
        ("number", "Option<unsafe extern \"C\" fn()>"),
    ] {
        let mut function = right.clone();
        *function.params.last_mut().expect("it has parameters") = wrong.into();
        abi.refuse(
            &format!("a_callback_with_another_{name}"),
            generate::function(&abi.c, &function),
            "function wasm_func_new_with_env:1",
        );
    }
}

fn a_parameter_of_what_has_none_is_refused() {
    let abi = Abi::read();
    for name in &abi.c.unprototyped {
        let mut wrong = abi.rust.function(name).clone();
        abi.accept(
            &format!("right_{name}"),
            &[generate::function(&abi.c, &wrong)],
        );
        wrong.params.push("i32".into());
        let check = generate::function(&abi.c, &wrong);
        abi.refuse(&format!("wrong_{name}"), check, "no parameters");
    }
}

fn the_compiler_refuses_a_wrong_alias() {
    let abi = Abi::read();
    for (name, from, to) in [
        ("wasm_valkind_t", "u8", "i8"),
        ("wasmtime_v128", "16", "8"),
        ("wasm_func_callback_t", "wasm_trap_t", "wasm_frame_t"),
    ] {
        let right = abi.rust.aliases.iter().find(|alias| alias.is.name == name);
        let mut alias = right.expect("`sys` declares it").clone();
        abi.accept(&format!("right_{name}"), &[generate::alias(&alias)]);
        assert!(alias.ty.contains(from), "`{}` contains `{from}`", alias.ty);
        alias.ty = alias.ty.replace(from, to);
        let complaint = format!("alias {name}:1");
        abi.refuse(
            &format!("wrong_{name}"),
            generate::alias(&alias),
            &complaint,
        );
    }
}

fn the_compiler_refuses_a_wrong_record() {
    let abi = Abi::read();
    let (layouts, _) = layouts(&abi.c, &abi.rust);
    let right = layouts
        .iter()
        .find(|layout| layout.name == "wasmtime_memory_t");
    let right = right.expect("`sys` declares it");
    abi.accept("right_record", &[generate::record(right)]);
    let alter = |name: &str, complaint: &str, alter: &dyn Fn(&mut Layout)| {
        let mut wrong = right.clone();
        alter(&mut wrong);
        abi.refuse(name, generate::record(&wrong), complaint);
    };
    alter("another_size", "size", &|r| r.size += 8);
    alter("another_alignment", "alignment", &|r| r.align /= 2);
    alter("another_offset", "offset of __private1", &|r| {
        r.fields[1].offset += 4
    });
    alter("another_offset_after_id", "offset of __private2", &|r| {
        r.fields[2].offset -= 4
    });
    alter("another_field_type", "type of store_id", &|r| {
        r.fields[0].ty = "i64".into()
    });
    alter("another_field", "no_such_field", &|r| {
        r.fields[0].name = "no_such_field".into()
    });
}

fn the_compiler_refuses_a_wrong_constant() {
    let abi = Abi::read();
    for (name, value, ty) in [
        ("WASM_FUNCREF", "130", "i8"),
        ("WASMTIME_COMPONENT_MAP", "23", "bool"),
        ("MEMORY_PAGE_SIZE", "0x10001", "isize"),
        ("WASMTIME_VERSION_MAJOR", "47", "bool"),
    ] {
        let constants = &mut abi.rust.constants.iter();
        let right = constants.find(|constant| constant.is.name == name);
        let right = right.expect("`sys` declares it");
        abi.accept(
            &format!("right_{name}"),
            &[generate::constant(&abi.c, right)],
        );
        let wrong = |part: &str, wrong: Constant| {
            let check = generate::constant(&abi.c, &wrong);
            abi.refuse(&format!("wrong_{part}_{name}"), check, part);
        };
        wrong(
            "value",
            Constant {
                value: value.into(),
                ..right.clone()
            },
        );
        wrong(
            "type",
            Constant {
                ty: ty.into(),
                ..right.clone()
            },
        );
    }
    let version = Constant {
        is: Named {
            name: "WASMTIME_VERSION".into(),
            header: "wasmtime.h".into(),
        },
        ty: "&str".into(),
        value: format!("\"{}\"", abi.version()),
    };
    abi.accept("right_version", &[generate::constant(&abi.c, &version)]);
    let other = Constant {
        value: "\"0.0.0\"".into(),
        ..version
    };
    abi.refuse("wrong_version", generate::constant(&abi.c, &other), "value");
}

fn a_name_that_one_side_lacks_is_found() {
    let abi = Abi::read();
    let right: Vec<_> = abi.rust.functions.iter().map(|f| f.is.clone()).collect();
    let find = |difference: &str, alter: &dyn Fn(&mut Vec<Named>)| {
        let mut wrong = right.clone();
        alter(&mut wrong);
        let wrong = wrong.into_iter().map(|is| (is, String::new()));
        let differences = compare::names("function", &abi.c.functions, wrong);
        let found: Vec<_> = differences.iter().map(Difference::to_string).collect();
        assert_eq!(found, [difference]);
    };
    let name = &right[0].name;
    let header = &right[0].header;
    find(
        &format!("the function `{name}` of <{header}> isn't declared in `sys`"),
        &|names| drop(names.remove(0)),
    );
    find(
        &format!("the function `{name}` of <{header}> is declared in `sys` twice"),
        &|names| names.push(right[0].clone()),
    );
    find(
        "the function `no_such_function` of <wasm.h> is declared in `sys` only",
        &|names| {
            names.push(Named {
                name: "no_such_function".into(),
                header: "wasm.h".into(),
            });
        },
    );
}

fn fields_that_one_side_lacks_are_found() {
    let abi = Abi::read();
    let find = |name: &str, alter: &dyn Fn(&mut Record)| {
        let mut wrong = abi.rust.clone();
        let mut records = wrong.records.iter_mut();
        let record = records.find(|record| record.is.name == name);
        alter(record.expect("`sys` declares it"));
        let (_, differences) = layouts(&abi.c, &wrong);
        let found = differences
            .iter()
            .any(|found| found.to_string().contains(name));
        assert!(found, "`{name}` is wrong, but found is {differences:?}");
    };
    // The second is defined inside the first, without a name.
    for name in [
        "wasmtime_memory_t",
        "wasmtime_memory_id_t",
        "wasmtime_val_t",
        "wasmtime_valunion_t",
    ] {
        find(name, &|record| record.fields.swap(0, 1));
        find(name, &|record| drop(record.fields.pop()));
        find(name, &|record| record.is.name = "another".into());
    }
    find("wasmtime_val_t", &|record| {
        record.is.header = "wasm.h".into()
    });
}

crate::tests![
    the_compiler_refuses_a_wrong_function,
    the_compiler_refuses_a_wrong_callback,
    a_parameter_of_what_has_none_is_refused,
    the_compiler_refuses_a_wrong_alias,
    the_compiler_refuses_a_wrong_record,
    the_compiler_refuses_a_wrong_constant,
    a_name_that_one_side_lacks_is_found,
    fields_that_one_side_lacks_are_found,
];
