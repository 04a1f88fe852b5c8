//! What is read out of Markdown.

/// Returns the rows of the tables in a text, each as its cells, without the heads.
pub fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut in_body = false;
    for line in text.lines() {
        let line = line.trim();
        let Some(inner) = line
            .strip_prefix('|')
            .and_then(|line| line.strip_suffix('|'))
        else {
            in_body = false;
            continue;
        };
        if inner.starts_with("---") {
            in_body = true;
        } else if in_body {
            rows.push(inner.split('|').map(str::trim).collect());
        }
    }
    rows
}

/// Returns the part of a text below a heading, up to the next one that isn't below it.
///
/// # Panics
///
/// Panics if there is no such heading.
pub fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, below) = text
        .split_once(&format!("{heading}\n"))
        .unwrap_or_else(|| panic!("there is no heading `{heading}`"));
    let level = heading.split(' ').next().unwrap().len();
    let is_end = |line: &str| {
        let hashes = line.len() - line.trim_start_matches('#').len();
        (1..=level).contains(&hashes) && line[hashes..].starts_with(' ')
    };
    let mut end = 0;
    for line in below.split_inclusive('\n') {
        if is_end(line) {
            break;
        }
        end += line.len();
    }
    &below[..end]
}

/// Returns what stands between backticks.
pub fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn tables_are_read_without_their_heads() {
    let text = "| a | b |\n|---|---|\n| `c` | d |\n| e | |\n\n| no table |\n";
    assert_eq!(rows(text), [vec!["`c`", "d"], vec!["e", ""]]);
}

#[test]
fn a_section_has_what_is_below_its_heading() {
    let text = "# T\n\n## A\n\nx\n\n### B\n\ny\n\n## C\n\nz\n";
    assert_eq!(section(text, "## A"), "\nx\n\n### B\n\ny\n\n");
    assert_eq!(section(text, "## C"), "\nz\n");
    assert_eq!(quoted("a `b` and `c`").collect::<Vec<_>>(), ["b", "c"]);
}
