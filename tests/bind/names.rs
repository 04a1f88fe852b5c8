//! Types that are named like what the macros generate.

use libwasmtime::bind::{FromWasm, HostArg, IntoWasm};

fn is_value<V: FromWasm + IntoWasm>() {}

fn is_argument<V: HostArg<()>>() {}

/// Puts types of each name to all uses.
macro_rules! types {
    ($($name:ident)*) => {$(
        #[allow(non_snake_case, dead_code)]
        mod $name {
            pub mod fields {
                use libwasmtime::HostValue;

                #[derive(HostValue)]
                pub struct $name(pub f64);

                #[derive(HostValue)]
                pub struct Fields {
                    field: $name,
                    array: [$name; 1],
                    number: i32,
                }
            }

            pub mod pointer {
                use libwasmtime::HostValue;

                #[derive(Clone, Copy, HostValue)]
                #[host(pointer)]
                #[repr(C)]
                pub struct $name(u32);

                #[derive(Clone, Copy, HostValue)]
                #[host(pointer)]
                #[repr(C)]
                pub struct Fields {
                    field: $name,
                    array: [$name; 2],
                }
            }

            pub mod number {
                use libwasmtime::HostValue;

                #[derive(Clone, Copy, HostValue)]
                pub enum $name {
                    One = 1,
                }
            }

            mod receiver {
                use libwasmtime::Caller;

                struct $name(i32);

                struct State($name);

                #[libwasmtime::host(module = "m")]
                impl $name {
                    const ONE: i32 = 1;

                    fn add(&mut self, text: &str, other: super::fields::$name) -> i32 {
                        self.0 + text.len() as i32 + other.0 as i32
                    }
                }

                #[libwasmtime::host(module = "m")]
                impl State {
                    fn with(caller: Caller<'_, $name>) -> i32 {
                        caller.data().0
                    }
                }
            }

            #[cfg(feature = "gc")]
            mod object {
                struct $name;

                #[libwasmtime::host(module = "m", object)]
                impl $name {
                    fn new() -> Self {
                        $name
                    }

                    fn keep(&mut self, _a: &$name, _b: Option<&mut $name>) {}
                }
            }

            mod guest {
                #[libwasmtime::guest]
                trait $name {
                    fn run(&mut self, value: super::fields::$name) -> super::number::$name;
                }
            }

            pub fn check() {
                use super::{is_argument, is_value};
                is_value::<fields::Fields>();
                is_value::<number::$name>();
                is_argument::<pointer::Fields>();
                is_argument::<&'static pointer::Fields>();
                is_argument::<&'static mut pointer::$name>();
                is_argument::<&'static [pointer::Fields]>();
            }
        }
    )*

    #[test]
    fn types_may_have_any_name() {
        $($name::check();)*
    }};
}

types! {
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
    Abi Args Box Data Engine Form Guest Linker Prepared Read Self_ String Vec
    Writer
}
