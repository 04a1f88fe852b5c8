//! Rust values of types that derive `ComponentType`, `Lift` and `Lower`.

use super::{INTERFACE, direct, echo, exported, forward};
use libwasmtime::component::{ComponentType, Func, Lift, Linker, Lower, flags};
use libwasmtime::{Result, Store};

#[derive(ComponentType, Lift, Lower, Clone, Copy, Debug, PartialEq)]
#[component(record)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(ComponentType, Lift, Lower, Clone, Debug, PartialEq)]
#[component(record)]
struct Mixed {
    truth: bool,
    byte: u8,
    short: i16,
    word: u32,
    long: i64,
    single: f32,
    double: f64,
    letter: char,
    text: String,
    #[component(name = "numbers")]
    digits: Vec<u32>,
}

#[derive(ComponentType, Lift, Lower, Clone, Debug, Default, PartialEq)]
#[component(record)]
struct Wide {
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
    i: u32,
    j: u32,
    k: u32,
    l: u32,
    m: u32,
    n: u32,
    o: u32,
    p: u32,
    q: u32,
}

#[derive(ComponentType, Lift, Lower, Clone, Debug, PartialEq)]
#[component(variant)]
enum Shape {
    #[component(name = "empty")]
    Empty,
    #[component(name = "circle")]
    Circle(f32),
    #[component(name = "named")]
    Named(String),
    #[component(name = "large")]
    Large(u64),
}

#[derive(ComponentType, Lift, Lower, Clone, Copy, Debug, PartialEq)]
#[component(enum)]
#[repr(u8)]
enum Color {
    #[component(name = "red")]
    Red,
    #[component(name = "green")]
    Green,
    #[component(name = "blue")]
    Blue,
}

flags! {
    Access {
        #[component(name = "read")]
        const READ;
        #[component(name = "write")]
        const WRITE;
        #[component(name = "execute")]
        const EXECUTE;
    }
}

flags! {
    Months {
        #[component(name = "january")]
        const JANUARY;
        #[component(name = "february")]
        const FEBRUARY;
        #[component(name = "march")]
        const MARCH;
        #[component(name = "april")]
        const APRIL;
        #[component(name = "may")]
        const MAY;
        #[component(name = "june")]
        const JUNE;
        #[component(name = "july")]
        const JULY;
        #[component(name = "august")]
        const AUGUST;
        #[component(name = "september")]
        const SEPTEMBER;
        #[component(name = "october")]
        const OCTOBER;
        #[component(name = "november")]
        const NOVEMBER;
        #[component(name = "december")]
        const DECEMBER;
    }
}

#[derive(ComponentType, Lift, Lower, Clone, Debug, PartialEq)]
#[component(record)]
struct Item {
    id: u32,
    tags: Vec<String>,
    shape: Option<Shape>,
    outcome: Result<Point, Color>,
}

fn mixed() -> Mixed {
    Mixed {
        truth: true,
        byte: u8::MAX,
        short: i16::MIN,
        word: u32::MAX,
        long: i64::MIN,
        single: 0.5,
        double: -2.25,
        letter: 'ß',
        text: "text".to_owned(),
        digits: vec![1, 2, 3],
    }
}

fn items() -> Vec<Item> {
    let item = |id, shape, outcome| Item {
        id,
        tags: (0..id).map(|n| n.to_string()).collect(),
        shape,
        outcome,
    };
    vec![
        item(0, None, Ok(Point { x: 1, y: 2 })),
        item(1, Some(Shape::Named("nested".to_owned())), Err(Color::Blue)),
        item(2, Some(Shape::Empty), Err(Color::Red)),
        item(3, Some(Shape::Large(u64::MAX)), Ok(Point { x: 3, y: 4 })),
    ]
}

/// Calls all functions whose types need derives.
fn call_all(
    store: &mut Store<()>,
    find: impl Fn(&mut Store<()>, &str) -> Option<Func>,
) -> Result<()> {
    macro_rules! echo {
        ($name:literal, $($value:expr),* $(,)?) => {{
            let func = find(store, concat!("echo-", $name)).expect("it is exported");
            echo(store, func, [$($value),*])?;
        }};
    }
    echo!(
        "point",
        Point { x: 0, y: 0 },
        Point {
            x: i32::MIN,
            y: i32::MAX
        }
    );
    echo!("points", vec![], vec![Point { x: 1, y: -1 }; 1000]);
    echo!("mixed", mixed());
    echo!(
        "wide",
        Wide {
            a: 1,
            i: 9,
            q: 17,
            ..Wide::default()
        }
    );
    echo!(
        "shape",
        Shape::Empty,
        Shape::Circle(1.5),
        Shape::Named("square".to_owned()),
        Shape::Large(u64::MAX),
    );
    echo!("color", Color::Red, Color::Green, Color::Blue);
    let all = Access::READ | Access::WRITE | Access::EXECUTE;
    echo!(
        "access",
        Access::empty(),
        Access::WRITE,
        Access::READ | Access::EXECUTE,
        all
    );
    echo!(
        "months",
        Months::empty(),
        Months::JANUARY | Months::AUGUST | Months::DECEMBER
    );
    echo!("items", vec![], items());
    Ok(())
}

fn define(linker: &mut Linker<()>) -> Result<()> {
    // The others are imported as well.
    super::define_untyped(linker)?;
    linker.allow_shadowing(true);
    let mut values = linker.instance(INTERFACE)?;
    macro_rules! echo {
        ($($name:literal $ty:ty,)*) => {$(
            values.func_wrap(concat!("echo-", $name), |_, (value,): ($ty,)| Ok((value,)))?;
        )*};
    }
    echo! {
        "point" Point,
        "points" Vec<Point>,
        "mixed" Mixed,
        "wide" Wide,
        "shape" Shape,
        "color" Color,
        "access" Access,
        "months" Months,
        "items" Vec<Item>,
    }
    Ok(())
}

#[test]
fn values_come_back_from_a_guest() -> Result<()> {
    let (mut store, instance) = direct()?;
    call_all(&mut store, |store, name| instance.get_func(store, name))
}

#[test]
fn values_come_back_from_the_host() -> Result<()> {
    let (mut store, instance) = forward(define)?;
    call_all(&mut store, |store, name| exported(store, &instance, name))
}

#[test]
fn other_names_are_refused() -> Result<()> {
    #[derive(ComponentType, Lift, Lower)]
    #[component(record)]
    struct Swapped {
        y: i32,
        x: i32,
    }
    #[derive(ComponentType, Lift, Lower)]
    #[component(record)]
    struct Longer {
        x: i32,
        y: i32,
        z: i32,
    }
    #[derive(ComponentType, Lift, Lower, Clone, Copy)]
    #[component(enum)]
    #[repr(u8)]
    #[allow(dead_code, reason = "no value is ever created")]
    enum Shorter {
        #[component(name = "red")]
        Red,
        #[component(name = "green")]
        Green,
    }
    #[derive(ComponentType, Lift, Lower)]
    #[component(variant)]
    #[allow(dead_code, reason = "no value is ever created")]
    enum WithoutPayload {
        #[component(name = "empty")]
        Empty,
        #[component(name = "circle")]
        Circle,
        #[component(name = "named")]
        Named(String),
        #[component(name = "large")]
        Large(u64),
    }
    flags! {
        Renamed {
            #[component(name = "read")]
            const READ;
            #[component(name = "write")]
            const WRITE;
            #[component(name = "run")]
            const RUN;
        }
    }

    let (mut store, instance) = direct()?;
    macro_rules! refused {
        ($name:literal, $ty:ty) => {
            let func = instance.get_typed_func::<($ty,), ($ty,)>(&mut store, $name);
            assert!(func.is_err(), "{}", stringify!($ty));
        };
    }
    refused!("echo-point", Swapped);
    refused!("echo-point", Longer);
    refused!("echo-color", Shorter);
    refused!("echo-shape", WithoutPayload);
    refused!("echo-access", Renamed);
    refused!("echo-color", Shape);
    refused!("echo-access", Months);
    Ok(())
}
