//! Names with `*` in them.

/// Reports whether a pattern, in which `*` stands for any text, matches a name.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, mut rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(start) else {
        return false;
    };
    while let Some((middle, after)) = rest.split_once('*') {
        let Some(found) = name.find(middle) else {
            return false;
        };
        name = &name[found + middle.len()..];
        rest = after;
    }
    name.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, name) in [
            ("Store::new", "Store::new"),
            ("*", "anything"),
            ("Store::debug_*", "Store::debug_exit"),
            ("*::debug_*", "Caller::debug_exit"),
            ("HeapType::*Cont*", "HeapType::NoCont"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("Store::new", "Store::news"),
            ("Store::debug_*", "Store::data"),
            ("*::debug_*", "Store::is_debug"),
            ("a*a", "a"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
