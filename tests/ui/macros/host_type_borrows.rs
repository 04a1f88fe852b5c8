//! A type whose functions are bound borrows nothing.

struct View<'a> {
    text: &'a str,
}

#[libwasmtime::host(module = "view")]
impl<'a> View<'a> {
    fn len(&self) -> u32 {
        self.text.len() as u32
    }
}

fn main() {}
