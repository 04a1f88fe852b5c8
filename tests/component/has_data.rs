//! How a host function finds its part of a store's data.

use libwasmtime::component::{HasData, HasSelf};

struct Data {
    parts: (u8, String),
    count: u32,
}

/// Two parts of the data.
struct View<'a> {
    name: &'a mut String,
    count: &'a mut u32,
}

struct Library;

impl HasData for Library {
    type Data<'a> = View<'a>;
}

/// As the functions that `bindgen!` generates.
fn twice<T, D>(data: &mut T, getter: fn(&mut T) -> D::Data<'_>, func: impl Fn(D::Data<'_>))
where
    D: HasData,
{
    func(getter(data));
    func(getter(data));
}

#[test]
fn data_is_found_by_a_function() {
    let mut data = Data {
        parts: (0, "a".to_owned()),
        count: 0,
    };
    twice::<_, Library>(
        &mut data,
        |data| View {
            name: &mut data.parts.1,
            count: &mut data.count,
        },
        |view| {
            view.name.push('b');
            *view.count += 1;
        },
    );
    twice::<Data, HasSelf<_>>(&mut data, |data| data, |data| data.count += 10);
    twice::<_, HasSelf<_>>(&mut data, |data| &mut data.parts, |parts| parts.0 += 1);
    twice::<_, HasSelf<str>>(
        &mut data,
        |data| &mut data.parts.1,
        |name| name.make_ascii_uppercase(),
    );
    assert_eq!((data.parts.0, &*data.parts.1, data.count), (2, "ABB", 22));
}
