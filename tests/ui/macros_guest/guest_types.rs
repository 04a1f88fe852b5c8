struct Point;

#[libwasmtime::guest]
trait Api {
    fn takes(&self, point: Point);
    fn returns(&self) -> Point;
    fn fails(&self) -> std::result::Result<i32, String>;
}

fn main() {}
