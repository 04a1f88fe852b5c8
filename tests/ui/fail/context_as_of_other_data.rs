use libwasmtime::StoreContext;

type OfAny = for<'a> fn(&'a str);
type OfStatic = fn(&'static str);

fn subtype<'a>(it: StoreContext<'a, OfAny>) -> StoreContext<'a, OfStatic> {
    it
}

fn supertype<'a>(it: StoreContext<'a, OfStatic>) -> StoreContext<'a, OfAny> {
    it
}

fn main() {
    let _ = (subtype, supertype);
}
