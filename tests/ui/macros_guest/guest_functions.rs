#[libwasmtime::guest(alloc = "alloc")]
trait Api {
    unsafe fn is_unsafe(&self);
    fn has_a_body(&self) {}
    fn has_no_receiver(x: i32);
    fn takes_self(self);
    fn new(&self);
    fn is_generic<T>(&self, x: T);
    fn has_a_pattern(&self, (a, b): (i32, i32));
    fn is_written_to(&self, buffer: &mut [u8]);
    fn returns_borrowed(&self) -> &str;
    #[guest(rename = "x")]
    fn has_an_unknown_option(&self);
    const LIMIT: i32;
    fn twice(&self);
    #[guest(name = "twice")]
    fn again(&self);
}

fn main() {}
