//! Prints for every crate how many files it has, how many arrows there are between them, and its
//! circles.

use leastwise_architecture::arrows::Arrows;
use leastwise_architecture::circles;
use leastwise_architecture::workspace;

fn main() {
    for (package, sources) in workspace::sources() {
        let Arrows { files, arrows } = Arrows::of(&sources);
        println!("{package}: {} files, {} arrows", files.len(), arrows.len());
        for circle in circles::of_files(&arrows) {
            print!("  files: {circle}");
        }
        for circle in circles::of_folders(&arrows) {
            let members: Vec<&str> = circle.members.iter().map(String::as_str).collect();
            println!("  folders: {} import each other: {}", members.len(), members.join(", "));
        }
    }
}
