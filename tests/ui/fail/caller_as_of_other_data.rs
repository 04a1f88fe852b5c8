use libwasmtime::Caller;

type OfAny = for<'a> fn(&'a str);
type OfStatic = fn(&'static str);

fn subtype<'a>(it: Caller<'a, OfAny>) -> Caller<'a, OfStatic> {
    it
}

fn supertype<'a>(it: Caller<'a, OfStatic>) -> Caller<'a, OfAny> {
    it
}

fn main() {
    let _ = (subtype, supertype);
}
