use libwasmtime::StoreContextMut;

type OfAny = for<'a> fn(&'a str);
type OfStatic = fn(&'static str);

fn subtype<'a>(it: StoreContextMut<'a, OfAny>) -> StoreContextMut<'a, OfStatic> {
    it
}

fn supertype<'a>(it: StoreContextMut<'a, OfStatic>) -> StoreContextMut<'a, OfAny> {
    it
}

fn main() {
    let _ = (subtype, supertype);
}
