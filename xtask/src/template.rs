//! Joins the template that a deployer uses, `cloudformation/leastwise.yaml`, from its parts in
//! `cloudformation/src`, and writes what Terraform and the CDK take and give after it.

mod cdk;
mod interface;
mod terraform;

use crate::result::Result;
use crate::shell::workspace;
use interface::Interface;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A line of this and a file's path, seen from the file it stands in, is replaced by that file.
const INCLUDE: &str = "# include: ";

/// The part that includes all others.
const PARTS: &str = "cloudformation/src/leastwise.yaml";

/// What a deployer uses.
const TEMPLATE: &str = "cloudformation/leastwise.yaml";

/// The first line of what is made from the template, after the mark of a comment.
const MADE: &str = "`cargo xtask template` writes this file from cloudformation/leastwise.yaml.";

/// Whether to write.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Write nothing, and fail if a file is not what it is made from.
    #[arg(long)]
    check: bool,
}

/// Write the template and what is made from it, or check them.
pub(crate) fn run(arguments: &Arguments) -> Result {
    for (file, text) in files()? {
        let path = workspace()?.join(file);
        if !arguments.check {
            fs::write(path, text)?;
        } else if fs::read_to_string(path)? != text {
            let source = if file == TEMPLATE { "its parts make" } else { "the template makes" };
            return Err(format!("`{file}` is not what {source}; run `cargo xtask template`").into());
        }
    }
    Ok(())
}

/// All files with their texts.
fn files() -> Result<[(&'static str, String); 5]> {
    let template = joined(&workspace()?.join(PARTS))?;
    let interface = Interface::of(&template)?;
    let hcl = |text: String| format!("# {MADE}\n\n{text}");
    Ok([
        ("terraform/variables.tf", hcl(terraform::variables(&interface))),
        ("terraform/parameters.tf", hcl(terraform::parameters(&interface))),
        ("terraform/outputs.tf", hcl(terraform::outputs(&interface))),
        ("cdk/src/parameters.ts", format!("// {MADE}\n\n{}", cdk::types(&interface))),
        (TEMPLATE, template),
    ])
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
    fn the_template_and_what_is_made_from_it_are_what_they_are_made_from() {
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
