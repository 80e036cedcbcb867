//! Whether an executable starts on Lambda's runtime `provided.al2023`.
//!
//! Source: <https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html>.

use crate::result::Result;
use clap::ValueEnum;
use goblin::elf::Elf;
use goblin::elf::header::{EM_AARCH64, EM_X86_64};

/// The version of glibc in Amazon Linux 2023, which the runtime is made of.
pub(crate) const GLIBC_VERSION: &str = "2.34";
const GLIBC: [u32; 2] = [2, 34];

/// The architectures that Lambda runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    /// AWS Graviton: `arm64` in the stack's parameter `Architecture`.
    Arm64,
    /// Intel and AMD: `x86_64` in the stack's parameter.
    #[value(name = "x86-64")]
    X86_64,
}

impl Architecture {
    /// The architecture of this machine.
    pub(crate) const HOST: Self =
        if cfg!(target_arch = "aarch64") { Self::Arm64 } else { Self::X86_64 };

    /// Rust's name of the platform.
    pub(crate) const fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }

    /// The stack's name of it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// ELF's number of it.
    const fn machine(self) -> u16 {
        match self {
            Self::Arm64 => EM_AARCH64,
            Self::X86_64 => EM_X86_64,
        }
    }
}

/// Checks that an executable is for this architecture and needs no newer glibc than the runtime
/// has. A static one needs none.
///
/// # Errors
///
/// A sentence with what is wrong and what to do: it is no ELF file, or a part of one; for another
/// architecture; needs a newer glibc, or another loader than glibc's.
pub(crate) fn starts(executable: &[u8], architecture: Architecture) -> Result {
    let elf = Elf::parse(executable)
        .map_err(|error| format!("it is no whole ELF file: {error}; build it again"))?;
    if elf.header.e_machine != architecture.machine() {
        let (is, wanted) = (elf.header.e_machine, architecture.machine());
        let name = architecture.name();
        return Err(format!(
            "it is for the ELF machine {is}, and {name} is {wanted}; build it with `--architecture`"
        )
        .into());
    }
    if let Some(loader) = elf.interpreter.filter(|loader| !loader.contains("/ld-linux")) {
        return Err(format!(
            "it asks for the loader `{loader}`, and the runtime has glibc's; link it statically"
        )
        .into());
    }
    let newer: Vec<&str> = needed(&elf).into_iter().filter(|it| !is_there(it)).collect();
    match newer.as_slice() {
        [] => Ok(()),
        newer => Err(format!(
            "it needs {} of glibc, and the runtime has {GLIBC_VERSION}; build it with `--architecture`, which \
             links against that one",
            newer.join(", ")
        )
        .into()),
    }
}

/// The versions of glibc's symbols that it asks for, such as `GLIBC_2.17`.
fn needed<'a>(elf: &Elf<'a>) -> Vec<&'a str> {
    let mut versions = Vec::new();
    for library in elf.verneed.iter().flat_map(goblin::elf::VerneedSection::iter) {
        let names = library.iter().filter_map(|version| elf.dynstrtab.get_at(version.vna_name));
        versions.extend(names.filter(|name| name.starts_with("GLIBC_")));
    }
    versions
}

/// Whether the runtime's glibc has symbols of this version. A name without a number, such as
/// `GLIBC_PRIVATE`, promises nothing about any other glibc.
fn is_there(version: &str) -> bool {
    let number = version.trim_start_matches("GLIBC_").split('.').map(str::parse::<u32>);
    number.collect::<std::result::Result<Vec<_>, _>>().is_ok_and(|number| number <= GLIBC.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn own() -> Vec<u8> {
        fs::read(std::env::current_exe().unwrap()).unwrap()
    }

    fn other() -> Architecture {
        match Architecture::HOST {
            Architecture::Arm64 => Architecture::X86_64,
            Architecture::X86_64 => Architecture::Arm64,
        }
    }

    fn problem(executable: &[u8], architecture: Architecture) -> String {
        starts(executable, architecture).unwrap_err().to_string()
    }

    /// An executable of a header alone, without any library: nothing runs in it.
    fn header_alone(machine: u16) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1]);
        bytes[16] = 2;
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[20] = 1;
        bytes[52] = 64;
        bytes
    }

    #[test]
    fn versions_up_to_that_of_the_runtime_are_there() {
        for version in ["GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.34"] {
            assert!(is_there(version), "{version}");
        }
        for version in ["GLIBC_2.34.1", "GLIBC_2.35", "GLIBC_3.0", "GLIBC_PRIVATE", "GLIBC_"] {
            assert!(!is_there(version), "{version}");
        }
    }

    #[test]
    fn the_versions_that_a_real_executable_needs_are_read() {
        let bytes = own();
        let elf = Elf::parse(&bytes).unwrap();
        let needed = needed(&elf);
        assert!(!needed.is_empty());
        let newer = needed.iter().any(|version| !is_there(version));
        assert_eq!(starts(&bytes, Architecture::HOST).is_err(), newer, "{needed:?}");
    }

    /// A real executable in which a version that it needs has been given a newer name.
    #[test]
    fn an_executable_that_needs_a_newer_glibc_is_refused_with_the_versions() {
        let mut bytes = own();
        let elf = Elf::parse(&bytes).unwrap();
        // Of the same length as one that is needed, so that it can take its place.
        let old = needed(&elf).into_iter().find(|it| it.len() == "GLIBC_2.17".len()).unwrap();
        let old = old.as_bytes().to_vec();
        let at = bytes.windows(old.len() + 1).enumerate();
        let ends = [old.as_slice(), b"\0"].concat();
        let places: Vec<usize> =
            at.filter(|(_, bytes)| *bytes == ends).map(|(place, _)| place).collect();
        for place in places {
            bytes[place..place + old.len()].copy_from_slice(b"GLIBC_2.99");
        }
        let problem = problem(&bytes, Architecture::HOST);
        assert!(problem.contains("GLIBC_2.99"), "{problem}");
        assert!(problem.contains("the runtime has 2.34"), "{problem}");
    }

    #[test]
    fn an_executable_for_the_other_architecture_is_refused() {
        let problem = problem(&own(), other());
        assert!(problem.starts_with("it is for the ELF machine "), "{problem}");
        let static_one = header_alone(other().machine());
        assert!(starts(&static_one, Architecture::HOST).is_err());
        // Static, and so for any glibc.
        assert!(starts(&static_one, other()).is_ok());
    }

    #[test]
    fn what_is_no_whole_elf_file_is_refused() {
        let bytes = own();
        for part in [&b""[..], b"#!/bin/sh\n", &bytes[..20], &bytes[..bytes.len() / 2]] {
            let problem = problem(part, Architecture::HOST);
            assert!(problem.starts_with("it is no whole ELF file"), "{problem}");
        }
    }
}
