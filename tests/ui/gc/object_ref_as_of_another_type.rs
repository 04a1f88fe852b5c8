use libwasmtime::bind::ObjectRef;

type General = for<'a> fn(&'a u8);
type Special = fn(&'static u8);

// The object is of the type `General`, which isn't the same.
fn as_of_another_type(reference: ObjectRef<General>) -> ObjectRef<Special> {
    reference
}

fn main() {}
