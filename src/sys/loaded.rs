//! Opening the library at run time.

pub fn load() -> Result<(), String> {
    Err(String::new())
}
