#[libwasmtime::guest(rename_all = "UPPER")]
trait Case {}

#[libwasmtime::guest(module = "api")]
trait Unknown {}

#[libwasmtime::guest(free = "free")]
trait FreeAlone {}

#[libwasmtime::guest]
trait NoAllocator {
    fn print(&self, line: &str);
    fn sum(&self, numbers: &[i32]) -> i32;
}

#[libwasmtime::guest]
trait Generic<T>: Clone {
    fn f(&self);
}

#[libwasmtime::guest]
struct NoTrait;

fn main() {}
