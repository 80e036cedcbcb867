//! Joins the template that a deployer uses, `cloudformation/leastwise.yaml`, from its parts in
//! `cloudformation/src`.

use crate::result::Result;
use crate::shell::workspace;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A line of this and a file's path, seen from the file it stands in, is replaced by that file.
const INCLUDE: &str = "# include: ";

/// The part that includes all others.
const PARTS: &str = "cloudformation/src/leastwise.yaml";

/// What a deployer uses.
const TEMPLATE: &str = "cloudformation/leastwise.yaml";

/// Whether to write.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Write nothing, and fail if the template is not what its parts make.
    #[arg(long)]
    check: bool,
}

/// Write the template, or check it.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let text = joined(&workspace()?.join(PARTS))?;
    let template = workspace()?.join(TEMPLATE);
    if !arguments.check {
        return Ok(fs::write(template, text)?);
    }
    if fs::read_to_string(template)? == text {
        return Ok(());
    }
    Err(format!("`{TEMPLATE}` is not what its parts make; run `cargo xtask template`").into())
}

/// The text of a file with every file that it includes, each indented like the line that includes
/// it.
fn joined(file: &Path) -> Result<String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("`{}`: {error}", file.display()))?;
    let mut whole = String::new();
    for line in text.lines() {
        let Some((indent, part)) = line.split_once(INCLUDE) else {
            writeln!(whole, "{line}")?;
            continue;
        };
        for line in joined(&file.with_file_name(part))?.lines() {
            // An empty line stays empty.
            let indent = if line.is_empty() { "" } else { indent };
            writeln!(whole, "{indent}{line}")?;
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_what_its_parts_make() {
        run(&Arguments { check: true }).unwrap();
    }

    #[test]
    fn an_included_file_is_indented_like_the_line_that_includes_it() {
        let folder = std::env::temp_dir().join(format!("leastwise-xtask-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        write("src/whole.yaml", "Resources:\n  # include: part.yaml\n\nOutputs: {}\n");
        write("src/part.yaml", "Document:\n  Content:\n    # include: ../document.yaml\n");
        write("document.yaml", "script: |\n  import json\n\n  read()\n");
        let text = joined(&folder.join("src/whole.yaml"));
        let missing = joined(&folder.join("none.yaml"));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            text.unwrap(),
            "Resources:\n  Document:\n    Content:\n      script: |\n        import json\n\n        read()\n\nOutputs: {}\n"
        );
        assert_eq!(
            missing.unwrap_err().to_string(),
            format!(
                "`{}`: No such file or directory (os error 2)",
                folder.join("none.yaml").display()
            )
        );
    }
}
