//! Reading resource policies from a folder of saved answers.

use crate::arguments::ResourcePolicyArguments;
use crate::input::{InputError, RESOURCE_POLICIES_NEXT, text};
use leastwise_policy::json;
use leastwise_rightsizing::iam::Account;
use leastwise_rightsizing::resource_policies::{
    Reading, ResourcePolicies, ResourcePolicy, read_answer,
};
use serde_json::Value;
use std::path::{Path, PathBuf};

impl ResourcePolicyArguments {
    /// What is known of resource policies: the trust policies of the account, and the folder.
    pub(crate) fn load(&self, account: &Account) -> Result<ResourcePolicies, InputError> {
        let mut policies = Vec::new();
        if let Some(folder) = &self.resource_policies {
            let contents = Contents::of(folder)?;
            self.check_is_all(folder, &contents)?;
            for path in contents.answers {
                policies.extend(read_file(&path)?);
            }
        }
        let complete = self.complete_services.prefixes();
        let readings = complete.map(|service| (service.clone(), Reading::Complete));
        let of_folder = ResourcePolicies::new(policies, readings);
        Ok(ResourcePolicies::of_trust(account).and(of_folder))
    }
    /// Whoever says that all policies of a service are there must have put them where they are
    /// read.
    fn check_is_all(&self, folder: &Path, contents: &Contents) -> Result<(), InputError> {
        let services: Vec<&str> = self.complete_services.prefixes().map(String::as_str).collect();
        let services = services.join(", ");
        if services.is_empty() {
            return Ok(());
        }
        if let Some(path) = contents.others.first() {
            return Err(InputError::NotRead { path: path.clone(), services });
        }
        if contents.answers.is_empty() {
            return Err(InputError::NoAnswers { folder: folder.to_owned(), services });
        }
        Ok(())
    }
}

fn read_file(path: &Path) -> Result<Vec<ResourcePolicy>, InputError> {
    let answer: Value = json::parse(&text(path, RESOURCE_POLICIES_NEXT)?)
        .map_err(|source| InputError::AnswerForm { path: path.to_owned(), source })?;
    read_answer(&answer, &path.display().to_string())
        .map_err(|source| InputError::Answer { path: path.to_owned(), source })
}

/// What is in a folder and in those in it, in the order of the paths.
#[derive(Default)]
struct Contents {
    /// The JSON files.
    answers: Vec<PathBuf>,
    /// What is not read.
    others: Vec<PathBuf>,
}

impl Contents {
    fn of(folder: &Path) -> Result<Self, InputError> {
        let mut contents = Self::default();
        contents.add(folder)?;
        contents.answers.sort();
        contents.others.sort();
        Ok(contents)
    }

    fn add(&mut self, folder: &Path) -> Result<(), InputError> {
        let next = RESOURCE_POLICIES_NEXT;
        let failed = |source| InputError::File { path: folder.to_owned(), source, next };
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            // A link to a folder is not followed: it may lead in a circle.
            if entry.file_type().map_err(failed)?.is_dir() {
                self.add(&path)?;
            } else if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json")) {
                self.answers.push(path);
            } else {
                self.others.push(path);
            }
        }
        Ok(())
    }
}
