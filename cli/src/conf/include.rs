//! Files of a configuration, with those that they include.

use std::fs;
use std::path::{Path, PathBuf};

use super::blocks::{Directive, parse};

/// Files that include files; nobody writes more.
const DEEPEST: usize = 16;

/// Reads a configuration.
///
/// # Errors
/// What cannot be read, and why.
pub(super) fn read(file: &Path) -> Result<Vec<Directive>, String> {
    let directory = file.parent().unwrap_or(Path::new(""));
    let directives = read_file(file)?;
    included(directives, directory, 0)
}

fn read_file(file: &Path) -> Result<Vec<Directive>, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("cannot read \"{}\": {error}", file.display()))?;
    parse(&text, &file.display().to_string())
}

/// The same directives, with those of the files in place of each "include".
fn included(
    directives: Vec<Directive>,
    directory: &Path,
    depth: usize,
) -> Result<Vec<Directive>, String> {
    let mut all = Vec::new();
    for mut directive in directives {
        if directive.name() != "include" {
            directive.block = included(directive.block, directory, depth)?;
            all.push(directive);
            continue;
        }
        let [pattern] = directive.values() else {
            return Err(format!("{}: \"include\" takes one file", directive.place));
        };
        if depth >= DEEPEST {
            return Err(format!("{}: too many files include files", directive.place));
        }
        let cannot = |why: String| format!("{}: {why}", directive.place);
        for file in files(&directory.join(pattern)).map_err(cannot)? {
            let inner = read_file(&file)?;
            all.extend(included(inner, directory, depth.saturating_add(1))?);
        }
    }
    Ok(all)
}

/// The files that a pattern stands for, in their order.
fn files(pattern: &Path) -> Result<Vec<PathBuf>, String> {
    let text = pattern.to_string_lossy();
    if !text.contains(['*', '?', '[']) {
        return Ok(vec![pattern.to_path_buf()]);
    }
    let directory = pattern.parent().unwrap_or(Path::new(""));
    let name = pattern.file_name().unwrap_or_default().to_string_lossy();
    if directory.to_string_lossy().contains(['*', '?', '[']) || name.contains('[') {
        return Err(format!(
            "\"{text}\" is not understood here: \"*\" and \"?\" may stand in the name of a file alone; name the files \
             with one include each"
        ));
    }
    let Ok(entries) = fs::read_dir(directory) else {
        // As for NGINX, a pattern that nothing fits includes nothing.
        return Ok(Vec::new());
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let own = entry.file_name();
            let own = own.to_string_lossy();
            fits(&name, &own) && (name.starts_with('.') || !own.starts_with('.'))
        })
        .map(|entry| entry.path())
        .collect();
    files.sort();
    Ok(files)
}

/// Whether a name fits a pattern of "*" and "?".
fn fits(pattern: &str, name: &str) -> bool {
    let mut pattern_rest = pattern.chars();
    match pattern_rest.next() {
        None => name.is_empty(),
        Some('*') => {
            let mut rest = name;
            loop {
                if fits(pattern_rest.as_str(), rest) {
                    return true;
                }
                let mut characters = rest.chars();
                if characters.next().is_none() {
                    return false;
                }
                rest = characters.as_str();
            }
        }
        Some(expected) => {
            let mut name_rest = name.chars();
            let first = name_rest.next();
            first.is_some_and(|first| expected == '?' || expected == first)
                && fits(pattern_rest.as_str(), name_rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_pattern_fits_whole_names() {
        for (pattern, name, is_fit) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.bak", false),
            ("a?c*", "abc", true),
            ("a?c*", "ac", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, name), is_fit, "{pattern} {name}");
        }
    }
}
