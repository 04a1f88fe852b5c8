//! Asynchronous instantiation with the imports in their order.

use super::{check_engine, check_imports};
use crate::error::{bail, ensure};
use crate::{AsContextMut, Extern, Instance, Linker, Module, Result, StoreContextMut};
use std::collections::BTreeMap;

impl Instance {
    pub async fn new_async(
        mut store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Instance> {
        let store = store.as_context_mut();
        check_engine(store.engine(), module)?;
        check_imports(&store, imports)?;
        // The C API has a function for that only for linkers.
        let linker = linker_of(&store, module, imports)?;
        linker
            .instantiate_pre(module)?
            .instantiate_async(store)
            .await
    }
}

/// Creates a linker with the imports of a module.
///
/// # Errors
///
/// Returns an error if there are too few or too many, or if imports of the same names are
/// different items, which a linker can't express.
fn linker_of<T: 'static>(
    store: &StoreContextMut<'_, T>,
    module: &Module,
    imports: &[Extern],
) -> Result<Linker<T>> {
    let expected = module.imports().len();
    ensure!(
        expected == imports.len(),
        "expected {expected} imports, found {}",
        imports.len()
    );
    let mut linker = Linker::new(store.engine());
    let mut items = BTreeMap::new();
    for (import, item) in module.imports().zip(imports) {
        let (module, name) = (import.module(), import.name());
        match items.insert((module, name), item) {
            None => linker.define_item(store.opaque(), module, name, item)?,
            Some(same) if same.is(item) => {}
            Some(_) => bail!(
                "the module imports `{module}::{name}` twice, and different items are given for \
                 it: asynchronous instantiation requires the same item"
            ),
        }
    }
    Ok(linker)
}
