use libwasmtime::Func;
use libwasmtime::bind::{GuestFunc, GuestSignature};
use std::marker::PhantomData;

struct Signature<T>(PhantomData<T>);

type General = Signature<for<'a> fn(&'a u8)>;
type Special = Signature<fn(&'static u8)>;

impl GuestSignature<0> for General {
    type Params<'a> = (i64,);
    type Results = i64;
}

impl GuestSignature<0> for Special {
    type Params<'a> = (i64,);
    type Results = Func;
}

// Its type was found to be that of `General`. A result that is a number would be the address of
// a function.
fn as_of_another_signature(func: GuestFunc<General, 0>) -> GuestFunc<Special, 0> {
    func
}

fn main() {}
