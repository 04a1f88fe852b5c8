use libwasmtime::InstancePre;

type OfAny = for<'a> fn(&'a str);
type OfStatic = fn(&'static str);

fn subtype(pre: InstancePre<OfAny>) -> InstancePre<OfStatic> {
    pre
}

fn supertype(pre: InstancePre<OfStatic>) -> InstancePre<OfAny> {
    pre
}

fn main() {
    let _ = (subtype, supertype);
}
