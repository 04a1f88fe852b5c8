//! Comparing what a component imports with what is defined.

use super::names::Names;
use super::{Definition, Definitions};
use crate::component::typed::{ImportedResources, InstanceType};
use crate::component::types::{self, ComponentInstance, ComponentItem};
use crate::error::{Context, bail, ensure, format_err};
use crate::{Engine, Result};

/// What the definitions for a component need of a store.
#[derive(Debug, Default)]
pub struct Needs {
    pub is_async: bool,
    /// A context for WASI.
    pub wasi: bool,
    /// A context for `wasi:http`.
    pub wasi_http: bool,
    /// Whether functions of WASI wait asynchronously.
    #[cfg(any(feature = "component-model-async", feature = "wasi"))]
    pub waits_for_wasi: bool,
    /// What the resources that the component imports are.
    pub resources: ImportedResources,
}

/// What a linker of the C API finds.
pub struct Found {
    /// By which name it finds what.
    names: Names<Definition>,
    /// Whether some of WASI's functions are asynchronous.
    #[cfg(feature = "wasi")]
    is_wasi_async: bool,
}

impl Found {
    /// For a linker that is built from these definitions: those of WASI come first, then those of
    /// the program, and last what traps.
    ///
    /// # Errors
    ///
    /// Returns an error if something can't trap.
    pub fn new(definitions: &Definitions, engine: &Engine) -> Result<Found> {
        let mut names = Names::default();
        // What libwasmtime has doesn't trap, even if the program hasn't defined it.
        #[cfg(feature = "wasi")]
        for part in &definitions.wasi {
            part.add_to(&mut names, !definitions.trapping.is_empty());
        }
        add_all(&mut names, &definitions.root);
        for component in &definitions.trapping {
            for (name, import) in component.component_type().imports(engine) {
                define_trap(&mut names, name, &import.ty, engine)?;
            }
        }
        Ok(Found {
            names,
            #[cfg(feature = "wasi")]
            is_wasi_async: definitions.wasi.iter().any(|part| part.set.is_async()),
        })
    }
}

/// Adds the program's definitions.
fn add_all(found: &mut Names<Definition>, definitions: &Names<Definition>) {
    for (name, definition) in definitions.iter() {
        match definition {
            #[cfg(feature = "wasi")]
            Definition::Wasi(_) => {}
            Definition::Instance(inner) => add_all(instance_in(found, name), inner),
            Definition::Func(_)
            | Definition::Module(_)
            | Definition::Resource(..)
            | Definition::Trap => found.insert(name, definition.clone()),
        }
    }
}

/// Returns an instance by its exact name, which is created if there is none.
pub(super) fn instance_in<'a>(
    names: &'a mut Names<Definition>,
    name: &str,
) -> &'a mut Names<Definition> {
    if !matches!(names.get_mut(name), Some(Definition::Instance(_))) {
        names.insert(name, Definition::Instance(Names::default()));
    }
    let Some(Definition::Instance(names)) = names.get_mut(name) else {
        unreachable!("it was defined if it wasn't there");
    };
    names
}

/// Compares all that a component imports, in its order: a resource comes before the functions that
/// take it.
///
/// # Errors
///
/// Returns an error that names the first import that isn't defined or doesn't fit.
pub fn check_imports(found: &Found, ty: &types::Component, engine: &Engine) -> Result<Needs> {
    let mut needs = Needs::default();
    for (name, import) in ty.imports(engine) {
        let definition = found.names.find(name);
        check(definition, &import.ty, engine, &mut needs).with_context(|| {
            format!(
                "component imports {} `{name}`, but a matching implementation was not found in \
                 the linker",
                describe(&import.ty)
            )
        })?;
    }
    // What was defined last may not be what defines this function, so any counts.
    #[cfg(feature = "wasi")]
    {
        needs.waits_for_wasi &= found.is_wasi_async;
        needs.is_async |= needs.waits_for_wasi;
    }
    Ok(needs)
}

fn check(
    definition: Option<&Definition>,
    expected: &ComponentItem,
    engine: &Engine,
    needs: &mut Needs,
) -> Result<()> {
    match (expected, definition) {
        // A type has no definition.
        (ComponentItem::Type(_), _) => {}
        (ComponentItem::ComponentInstance(ty), Some(Definition::Instance(names))) => {
            check_instance(names, ty, engine, needs)?;
        }
        (ComponentItem::ComponentInstance(ty), None) => {
            // It may be an instance of types alone.
            check_instance(&Names::default(), ty, engine, needs)?;
        }
        (ComponentItem::ComponentFunc(ty), Some(Definition::Func(func))) => {
            match func.typecheck {
                Some(typecheck) => {
                    typecheck(ty, &InstanceType::of_component(&needs.resources))?;
                }
                None => ty.check_passable()?,
            }
            needs.is_async |= func.is_async;
        }
        (ComponentItem::Resource(imported), Some(Definition::Resource(ty, destructor))) => {
            // It may be one that was imported before, by another name.
            let known = needs.resources.insert(*imported, *ty);
            ensure!(known.is_none_or(|known| known == *ty), "mismatched resource types");
            needs.is_async |= destructor.is_async;
        }
        // An interface that uses a resource of another one need not define it again.
        (ComponentItem::Resource(imported), None)
            if needs.resources.contains_key(imported) => {}
        // What it is isn't known, so it is only equal to itself.
        (ComponentItem::Resource(imported), Some(Definition::Trap)) => {
            needs.resources.entry(*imported).or_insert(*imported);
        }
        // libwasmtime compares the types.
        #[cfg(feature = "wasi")]
        (
            ComponentItem::ComponentFunc(_) | ComponentItem::Resource(_),
            Some(Definition::Wasi(item)),
        ) => {
            if !item.is_defined {
                return Err(missing(describe(expected)));
            }
            if let ComponentItem::Resource(imported) = expected {
                needs.resources.entry(*imported).or_insert(*imported);
            }
            needs.wasi = true;
            needs.wasi_http |= item.is_http;
            needs.waits_for_wasi |= item.waits;
        }
        (ComponentItem::ComponentFunc(_), Some(Definition::Trap))
        // libwasmtime compares what the module imports and exports.
        | (ComponentItem::Module(_), Some(Definition::Module(_))) => {}
        (expected, found) => {
            let expected = describe(expected);
            match found {
                Some(found) => bail!("expected {expected} found {}", found.describe()),
                None => return Err(missing(expected)),
            }
        }
    }
    Ok(())
}

fn missing(what: &str) -> crate::Error {
    match what {
        "func" => format_err!("function implementation is missing"),
        what => format_err!("{what} implementation is missing"),
    }
}

fn check_instance(
    definitions: &Names<Definition>,
    expected: &ComponentInstance,
    engine: &Engine,
    needs: &mut Needs,
) -> Result<()> {
    for (name, export) in expected.exports(engine) {
        check(definitions.find(name), &export.ty, engine, needs)
            .with_context(|| format!("instance export `{name}` has the wrong type"))?;
    }
    Ok(())
}

/// Checks that all that a component imports can trap, or is an error, if it isn't defined.
///
/// # Errors
///
/// Returns an error if an import can't.
pub fn check_trapping(ty: &types::Component, engine: &Engine) -> Result<()> {
    let mut names = Names::default();
    for (name, import) in ty.imports(engine) {
        define_trap(&mut names, name, &import.ty, engine)?;
    }
    Ok(())
}

/// Notes what libwasmtime defines, where nothing is defined.
fn define_trap(
    definitions: &mut Names<Definition>,
    name: &str,
    item: &ComponentItem,
    engine: &Engine,
) -> Result<()> {
    match item {
        ComponentItem::Type(_) => {}
        ComponentItem::ComponentInstance(ty) => {
            let names = instance_in(definitions, name);
            for (name, export) in ty.exports(engine) {
                define_trap(names, name, &export.ty, engine)?;
            }
        }
        _ if definitions.find(name).is_some() => {}
        ComponentItem::ComponentFunc(_) | ComponentItem::Resource(_) => {
            definitions.insert(name, Definition::Trap);
        }
        ComponentItem::Component(_) | ComponentItem::Module(_) | ComponentItem::CoreFunc(_) => {
            bail!("unable to define {} imports as traps", describe(item));
        }
    }
    Ok(())
}

impl Definition {
    fn describe(&self) -> &'static str {
        match self {
            Definition::Func(_) => "func",
            Definition::Module(_) => "module",
            Definition::Resource(..) => "resource",
            Definition::Instance(_) => "instance",
            #[cfg(feature = "wasi")]
            Definition::Wasi(_) => "a definition of WASI",
            Definition::Trap => "a definition that traps",
        }
    }
}

fn describe(item: &ComponentItem) -> &'static str {
    match item {
        ComponentItem::ComponentFunc(_) => "func",
        ComponentItem::CoreFunc(_) => "core func",
        ComponentItem::Module(_) => "module",
        ComponentItem::Component(_) => "component",
        ComponentItem::ComponentInstance(_) => "instance",
        ComponentItem::Type(_) => "type",
        ComponentItem::Resource(_) => "resource",
    }
}
