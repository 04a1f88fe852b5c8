//! Calls a function with arguments given as text, for `--invoke`.

use libwasmtime::error::Context;
use libwasmtime::{Func, Result, Store, Val, ValType, bail};

/// Calls a function with as many of the arguments as it has parameters, and prints each
/// result on a line.
///
/// # Errors
///
/// Returns an error if there are too few arguments, if one isn't of its parameter's type,
/// or if the call fails.
pub fn invoke(store: &mut Store<()>, func: &Func, what: &str, arguments: &[String]) -> Result<()> {
    let ty = func.ty(&*store);
    let expected = ty.params().len();
    if arguments.len() < expected {
        let found = arguments.len();
        bail!("not enough arguments for {what}: it takes {expected}, found {found}");
    }
    let mut values = Vec::new();
    for (ty, text) in ty.params().zip(arguments) {
        let number = values.len() + 1;
        let value = parse(&ty, text);
        values.push(value.with_context(|| {
            format!("argument {number} of {what} must be an {ty}, found `{text}`")
        })?);
    }
    let mut results = vec![Val::I32(0); ty.results().len()];
    func.call(&mut *store, &values, &mut results)
        .with_context(|| format!("failed to invoke {what}"))?;
    for result in &results {
        print(result);
    }
    Ok(())
}

/// Reads a number, which may be hexadecimal if it is an integer.
fn parse(ty: &ValType, text: &str) -> Result<Val> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    Ok(match (ty, digits) {
        (ValType::I32, Some(digits)) => Val::I32(i32::from_str_radix(digits, 16)?),
        (ValType::I32, None) => Val::I32(text.parse()?),
        (ValType::I64, Some(digits)) => Val::I64(i64::from_str_radix(digits, 16)?),
        (ValType::I64, None) => Val::I64(text.parse()?),
        (ValType::F32, _) => Val::F32(text.parse::<f32>()?.to_bits()),
        (ValType::F64, _) => Val::F64(text.parse::<f64>()?.to_bits()),
        _ => bail!("unsupported argument type: i32, i64, f32 and f64 are supported"),
    })
}

fn print(value: &Val) {
    match value {
        Val::I32(number) => println!("{number}"),
        Val::I64(number) => println!("{number}"),
        Val::F32(bits) => println!("{}", f32::from_bits(*bits)),
        Val::F64(bits) => println!("{}", f64::from_bits(*bits)),
        Val::V128(vector) => println!("{}", vector.as_u128()),
        Val::FuncRef(reference) => print_reference("funcref", reference.is_none()),
        Val::ExternRef(reference) => print_reference("externref", reference.is_none()),
        Val::AnyRef(reference) => print_reference("anyref", reference.is_none()),
        Val::ExnRef(reference) => print_reference("exnref", reference.is_none()),
        Val::ContRef(reference) => print_reference("contref", reference.is_none()),
    }
}

fn print_reference(kind: &str, is_null: bool) {
    println!("<{}{kind}>", if is_null { "null " } else { "" });
}
