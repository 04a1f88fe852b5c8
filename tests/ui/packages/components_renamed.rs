//! A crate that uses the macros for components by another name of `libwasmtime`, and that warns
//! about all that the compiler can.

#![forbid(unsafe_code, missing_docs, warnings, unused, rust_2018_idioms)]
#![forbid(unused_qualifications, unused_results, unreachable_pub, let_underscore_drop)]
#![forbid(single_use_lifetimes, trivial_casts, elided_lifetimes_in_paths)]

use wasmtime::component::{Component, ComponentType, HasSelf, Instance, Lift, Linker, Lower};
use wasmtime::component::{Resource, ResourceTable};
use wasmtime::{Result, Store};

mod bindings {
    wasmtime::component::bindgen!({
        inline: "
            package example:files;

            interface types {
                record info { size: u64, name: string }
                variant source { path(string), standard-input }
                enum kind { file, directory }
                flags access { read, write }

                resource file {
                    open: static func(path: source, access: access) -> result<file, kind>;
                    info: func() -> info;
                }
            }

            world files {
                import types;
                import log: func(message: string);
                import instantiate-async: func();
                export run: func(info: option<u32>) -> list<string>;
            }
        ",
        with: { "example:files/types.file": super::File },
        imports: { default: trappable },
    });
}

use bindings::example::files::types;

/// Is a resource.
#[derive(Debug)]
pub struct File(u64);

/// Is the data of a store.
#[derive(Debug, Default)]
pub struct Host {
    table: ResourceTable,
}

impl types::HostFile for Host {
    fn open(
        &mut self,
        path: types::Source,
        access: types::Access,
    ) -> Result<std::result::Result<Resource<File>, types::Kind>> {
        if matches!(path, types::Source::StandardInput) && access.contains(types::Access::WRITE) {
            return Ok(Err(types::Kind::Directory));
        }
        Ok(Ok(self.table.push(File(1))?))
    }

    fn info(&mut self, file: Resource<File>) -> Result<types::Info> {
        let size = self.table.get(&file)?.0;
        Ok(types::Info { size, name: String::new() })
    }

    fn drop(&mut self, file: Resource<File>) -> Result<()> {
        let _ = self.table.delete(file)?;
        Ok(())
    }
}

impl types::Host for Host {}

impl bindings::FilesImports for Host {
    fn log(&mut self, message: String) -> Result<()> {
        drop(message);
        Ok(())
    }

    fn instantiate_async(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Calls a guest.
pub fn run(store: &mut Store<Host>, component: &Component) -> Result<Vec<String>> {
    let mut linker = Linker::new(component.engine());
    bindings::Files::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
    bindings::Files::instantiate(&mut *store, component, &linker)?.call_run(store, Some(1))
}

/// Is a record.
#[derive(Debug, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Pair<A, B> {
    a: A,
    #[component(name = "the-other")]
    b: B,
    r#type: u32,
}

/// Is one that borrows.
#[derive(Debug, Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub struct Name<'a> {
    name: &'a str,
}

/// Has no fields.
#[derive(Debug, Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Nothing {}

/// Is a variant.
#[derive(Debug, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum Shape<A> {
    /// Carries a value.
    #[component(name = "square")]
    Square(A),
    /// Carries none.
    #[component(name = "empty")]
    Empty,
}

/// Is an enum.
#[derive(Debug, Clone, Copy, ComponentType, Lift, Lower)]
#[component(enum)]
pub enum Axis {
    /// Is the first.
    X,
    /// Is the second.
    Y,
}

wasmtime::component::flags! {
    Access {
        #[component(name = "read")]
        const READ;
        const W
    }
}

/// Calls a function.
pub fn call(store: &mut Store<()>, instance: &Instance) -> Result<Shape<String>> {
    let func = instance.get_typed_func::<(Pair<Name<'_>, Axis>, Access, Nothing), (Shape<String>,)>(
        &mut *store,
        "f",
    )?;
    let pair = Pair { a: Name { name: "a" }, b: Axis::X, r#type: 1 };
    let (shape,) = func.call(store, (pair, Access::READ | !Access::W, Nothing {}))?;
    Ok(shape)
}
