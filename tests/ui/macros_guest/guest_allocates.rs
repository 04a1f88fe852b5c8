//! Strings and slices are copied into memory that the guest allocates.

#[libwasmtime::guest]
trait Api {
    fn borrowed(&self, text: &str);
    fn owned(&self, text: String);
    fn list(&self, list: Vec<u8>);
    fn pair(&self, pair: [String; 2]);
    fn results(&self) -> (String, Vec<u8>);
}

fn main() {}
