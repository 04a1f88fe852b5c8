//! Names are those of a component, and each is there once.

use libwasmtime::component::{ComponentType, Lift, Lower, flags};

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Record {
    first_name: String,
    #[component(name = "lastName")]
    last_name: String,
    #[component(name = "")]
    empty: u32,
    #[component(name = "1st")]
    digit: u32,
    #[component(name = "a--b")]
    hyphens: u32,
    #[component(name = "größe")]
    letter: u32,
    r#type: u32,
    #[component(name = "iso-8601-URL")]
    right: u32,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Same {
    name: String,
    #[component(name = "name")]
    other: String,
    #[component(name = "NAME")]
    third: String,
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Shape {
    LargeSquare(u32),
    #[component(name = "circle")]
    Circle(u32),
    #[component(name = "circle")]
    Disc(u32),
}

#[derive(ComponentType, Lift, Lower)]
#[component(enum)]
enum Color {
    Red,
    #[component(name = "green")]
    Green,
}

flags! {
    Access {
        const READ_ALL;
        #[component(name = "write")]
        const WRITE;
        #[component(name = "write")]
        const APPEND;
    }
}

fn main() {}
