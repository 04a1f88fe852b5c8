//! Reads the install name of a shared library in the format of Apple's systems, Mach-O.

/// The first bytes of a file for one processor of 64 bits, in its byte order.
const MAGIC: [u8; 4] = 0xfeed_facf_u32.to_le_bytes();
/// The first bytes of a file for several processors.
const FAT_MAGIC: [u8; 4] = 0xcafe_babe_u32.to_be_bytes();
/// The load command that has the name, `LC_ID_DYLIB`.
const ID: u32 = 0xd;
/// The length of the header, which the load commands follow.
const HEADER: usize = 32;

/// Returns the path by which programs that are linked with a library request it from the
/// loader; `None` if the file isn't such a library, or is damaged.
pub fn install_name(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = match bytes.starts_with(&FAT_MAGIC) {
        // The name is the same for every processor.
        true => bytes.get(usize::try_from(u32::from_be_bytes(four(bytes, 16)?)).ok()?..)?,
        false => bytes,
    };
    if !bytes.starts_with(&MAGIC) {
        return None;
    }
    let number = |place| four(bytes, place).map(u32::from_le_bytes);
    let size = |place| number(place).and_then(|size| usize::try_from(size).ok());
    let mut place = HEADER;
    for _ in 0..number(16)? {
        let command = bytes.get(place..place.checked_add(size(place + 4)?)?)?;
        if command.is_empty() {
            return None;
        }
        if number(place)? == ID {
            let name = command.get(size(place + 8)?..)?;
            return name.split(|byte| *byte == 0).next();
        }
        place += command.len();
    }
    None
}

/// Returns four bytes of a file.
fn four(bytes: &[u8], place: usize) -> Option<[u8; 4]> {
    bytes.get(place..place.checked_add(4)?)?.try_into().ok()
}
