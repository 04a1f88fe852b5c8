//! The data of the store implements what the guest imports, as it is generated.

use libwasmtime::component::{HasSelf, Linker};

mod bindings {
    libwasmtime::component::bindgen!({
        inline: "
            package example:shop;

            interface prices {
                price: func(name: string) -> option<u32>;
                discount: func() -> u32;
            }

            world shop {
                import prices;
                import log: func(message: string);
                export run: func();
            }
        ",
    });
}

use bindings::example::shop::prices;

struct Nothing;

fn nothing(linker: &mut Linker<Nothing>) -> libwasmtime::Result<()> {
    bindings::Shop::add_to_linker::<_, HasSelf<_>>(linker, |host| host)
}

struct Wrong;

impl prices::Host for Wrong {
    fn price(&mut self, _: &str) -> Option<u32> {
        None
    }
}

impl bindings::ShopImports for Wrong {
    async fn log(&mut self, _: String) {}
}

struct Right;

impl prices::Host for Right {
    fn price(&mut self, _: String) -> Option<u32> {
        None
    }

    fn discount(&mut self) -> u32 {
        0
    }
}

impl bindings::ShopImports for Right {
    fn log(&mut self, _: String) {}
}

struct Data {
    host: Right,
}

fn part(linker: &mut Linker<Data>) -> libwasmtime::Result<()> {
    bindings::Shop::add_to_linker::<_, HasSelf<_>>(linker, |data| &mut data.host)
}

fn main() {}
