//! Refuses what the C API has nothing for: concurrent functions, streams, futures, error contexts,
//! and lists of a fixed length.

use anyhow::{Result, bail};
use wit_parser::{
    Function, FunctionKind, InterfaceId, Resolve, Type, TypeDefKind, TypeId, WorldId, WorldItem,
};

/// Checks all that a world imports and exports.
///
/// # Errors
///
/// Returns an error that names the first function or type that can't be generated.
pub fn check(resolve: &Resolve, world: WorldId) -> Result<()> {
    let world = &resolve.worlds[world];
    for item in world.imports.values().chain(world.exports.values()) {
        match item {
            WorldItem::Interface { id, .. } => check_interface(resolve, *id)?,
            WorldItem::Function(func) => check_function(resolve, func)?,
            WorldItem::Type { id, .. } => check_type(resolve, *id)?,
        }
    }
    Ok(())
}

fn check_interface(resolve: &Resolve, id: InterfaceId) -> Result<()> {
    let interface = &resolve.interfaces[id];
    for func in interface.functions.values() {
        check_function(resolve, func)?;
    }
    interface
        .types
        .values()
        .try_for_each(|id| check_type(resolve, *id))
}

fn check_function(resolve: &Resolve, func: &Function) -> Result<()> {
    let name = &func.name;
    match func.kind {
        FunctionKind::Freestanding
        | FunctionKind::Method(_)
        | FunctionKind::Static(_)
        | FunctionKind::Constructor(_) => {}
        FunctionKind::AsyncFreestanding
        | FunctionKind::AsyncMethod(_)
        | FunctionKind::AsyncStatic(_) => bail!(
            "the function `{name}` is an `async func`: the C API of libwasmtime can't run \
             functions concurrently. A `func` with the option `imports: {{ default: async }}` or \
             `exports: {{ default: async }}` has asynchronous code in Rust"
        ),
    }
    let of = format!("the function `{name}`");
    for param in &func.params {
        check_part(resolve, &param.ty, &of)?;
    }
    match &func.result {
        Some(result) => check_part(resolve, result, &of),
        None => Ok(()),
    }
}

fn check_type(resolve: &Resolve, id: TypeId) -> Result<()> {
    let name = resolve.types[id].name.as_deref().unwrap_or_default();
    check_kind(resolve, id, &format!("the type `{name}`"))
}

fn check_part(resolve: &Resolve, ty: &Type, of: &str) -> Result<()> {
    match ty {
        Type::ErrorContext => bail!(
            "{of} has an error context, which the C API of libwasmtime can't pass: use a `result` \
             with an error that is a `string` or a type of the package"
        ),
        Type::Id(id) => check_kind(resolve, *id, of),
        Type::Bool
        | Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::S8
        | Type::S16
        | Type::S32
        | Type::S64
        | Type::F32
        | Type::F64
        | Type::Char
        | Type::String => Ok(()),
    }
}

fn check_kind(resolve: &Resolve, id: TypeId, of: &str) -> Result<()> {
    let check = |ty: &Type| check_part(resolve, ty, of);
    match &resolve.types[id].kind {
        TypeDefKind::Future(_) => bail!(
            "{of} has a future, which the C API of libwasmtime can't pass: use a function that \
             returns the value"
        ),
        TypeDefKind::Stream(_) => bail!(
            "{of} has a stream, which the C API of libwasmtime can't pass: use a `list`, or a \
             resource with a function that returns the next part"
        ),
        TypeDefKind::FixedLengthList(_, len) => bail!(
            "{of} has a list of the fixed length {len}, which the C API of libwasmtime can't \
             pass: use a `list` without a length, or a `tuple`"
        ),
        TypeDefKind::Record(record) => record.fields.iter().try_for_each(|f| check(&f.ty)),
        TypeDefKind::Tuple(tuple) => tuple.types.iter().try_for_each(check),
        TypeDefKind::Variant(variant) => {
            let mut payloads = variant.cases.iter().filter_map(|case| case.ty.as_ref());
            payloads.try_for_each(check)
        }
        TypeDefKind::Option(ty) | TypeDefKind::List(ty) | TypeDefKind::Type(ty) => check(ty),
        TypeDefKind::Map(key, value) => [key, value].into_iter().try_for_each(check),
        TypeDefKind::Result(result) => result.ok.iter().chain(&result.err).try_for_each(check),
        TypeDefKind::Resource
        | TypeDefKind::Handle(_)
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => Ok(()),
    }
}
