//! Reads the module tree of a crate: what each module defines, imports and names.

use crate::sources::Sources;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, Meta, Token, UseTree, Visibility, punctuated::Punctuated};

/// A module's place in [`Modules`].
pub(crate) type Id = usize;

/// What a module imports by one name of a `use` line.
#[derive(Debug)]
pub(crate) struct Import {
    /// The path as it is written, without a `*` at its end.
    pub(crate) path: Vec<String>,
    /// The name it has here; nothing for `*`.
    pub(crate) name: Option<String>,
    /// Whether other modules see it, as with `pub use`.
    pub(crate) is_re_export: bool,
    pub(crate) line: usize,
}

/// A path in a module's code.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// A module, in a file of its own or inside one.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) file: String,
    /// Where the files of its modules lie.
    folder: String,
    pub(crate) parent: Option<Id>,
    pub(crate) children: BTreeMap<String, Id>,
    /// The names of what it defines.
    pub(crate) items: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    pub(crate) mentions: Vec<Mention>,
}

/// Every module of a crate that is compiled outside tests.
#[derive(Debug)]
pub(crate) struct Modules {
    all: Vec<Module>,
    /// The name by which the programs import the library, and its first module.
    library: Option<(String, Id)>,
}

impl Modules {
    pub(crate) fn read(sources: &Sources) -> Self {
        let mut reader = Reader { sources, modules: Vec::new(), current: 0 };
        let library = sources
            .library
            .as_ref()
            .map(|(name, file)| (name.clone(), reader.read_file(file, "src", None)));
        for file in &sources.programs {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            reader.read_file(file, folder, None);
        }
        Self { all: reader.modules, library }
    }

    pub(crate) fn files(&self) -> BTreeSet<String> {
        self.all.iter().map(|module| module.file.clone()).collect()
    }

    pub(crate) fn get(&self, id: Id) -> &Module {
        &self.all[id]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Id, &Module)> {
        self.all.iter().enumerate()
    }

    /// The library's first module, if this is its name.
    pub(crate) fn library(&self, name: &str) -> Option<Id> {
        self.library.as_ref().filter(|(library, _)| library == name).map(|(_, id)| *id)
    }

    /// The first module of the library or program that a module belongs to.
    pub(crate) fn root(&self, id: Id) -> Id {
        self.lineage(id).last().unwrap_or(id)
    }

    /// Whether a module stands below another in the tree.
    pub(crate) fn is_below(&self, id: Id, other: Id) -> bool {
        self.lineage(id).skip(1).any(|ancestor| ancestor == other)
    }

    /// A module, its parent, and so on up to the first.
    fn lineage(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(Some(id), |id| self.all[*id].parent)
    }
}

/// Walks through the code of a crate and notes what it comes by in the current module.
struct Reader<'s> {
    sources: &'s Sources,
    modules: Vec<Module>,
    current: Id,
}

impl Reader<'_> {
    fn read_file(&mut self, file: &str, folder: &str, parent: Option<Id>) -> Id {
        let text = self.sources.files.get(file).unwrap_or_else(|| panic!("there is no `{file}`"));
        let code =
            syn::parse_file(text).unwrap_or_else(|error| panic!("`{file}` is no Rust: {error}"));
        self.read_module(file, folder, parent, &code.items)
    }

    fn read_module(&mut self, file: &str, folder: &str, parent: Option<Id>, items: &[Item]) -> Id {
        let id = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            folder: folder.to_owned(),
            parent,
            items: items.iter().filter_map(defined).map(Ident::to_string).collect(),
            ..Module::default()
        });
        let outer = std::mem::replace(&mut self.current, id);
        for item in items {
            self.visit_item(item);
        }
        self.current = outer;
        id
    }

    /// The file that a `mod` line declares.
    fn file_of(&self, folder: &str) -> String {
        let candidates = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
        let found = candidates.iter().find(|file| self.sources.files.contains_key(*file));
        found.unwrap_or_else(|| panic!("there is no `{}`", candidates.join("` and no `"))).clone()
    }

    fn import(&mut self, tree: &UseTree, before: &[String], is_re_export: bool) {
        let with = |ident: &Ident| {
            let path = before.iter().cloned().chain([ident.to_string()]);
            // `use a::{self}` imports `a`.
            path.filter(|part| before.is_empty() || part != "self").collect::<Vec<_>>()
        };
        let (path, name, line) = match tree {
            UseTree::Path(tree) => {
                return self.import(&tree.tree, &with(&tree.ident), is_re_export);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, is_re_export);
                }
                return;
            }
            UseTree::Name(tree) => {
                let path = with(&tree.ident);
                let name = path.last().cloned();
                (path, name, line_of(&tree.ident))
            }
            UseTree::Rename(tree) => {
                (with(&tree.ident), Some(tree.rename.to_string()), line_of(&tree.ident))
            }
            UseTree::Glob(tree) => (before.to_vec(), None, tree.star_token.spans[0].start().line),
        };
        self.here().imports.push(Import { path, name, is_re_export, line });
    }

    fn here(&mut self) -> &mut Module {
        &mut self.modules[self.current]
    }

    /// Notes the paths in the tokens of a macro or an attribute, which have no syntax of their own.
    fn mention_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<Ident> = Vec::new();
        let mut before = String::new();
        for token in tokens {
            let joins = before == "::" && !path.is_empty();
            if !joins && !matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':') {
                self.mention(&path);
                path.clear();
            }
            match token {
                TokenTree::Ident(ident) => {
                    // What stands after a dot is a field or a method, and `$name` is a macro's own.
                    if joins || before != "." && (before != "$" || ident == "crate") {
                        path.push(ident);
                    }
                    before.clear();
                }
                TokenTree::Punct(punct) => {
                    if !(before == ":" && punct.as_char() == ':') {
                        before.clear();
                    }
                    before.push(punct.as_char());
                }
                TokenTree::Group(group) => {
                    self.mention_tokens(group.stream());
                    before.clear();
                }
                TokenTree::Literal(_) => before.clear(),
            }
        }
        self.mention(&path);
    }

    fn mention(&mut self, path: &[Ident]) {
        if let Some(first) = path.first() {
            let line = line_of(first);
            let path = path.iter().map(Ident::to_string).collect();
            self.here().mentions.push(Mention { path, line });
        }
    }
}

/// Visits what is compiled outside tests only.
macro_rules! unless_in_tests {
    ($($method:ident: $node:ty),* $(,)?) => {
        $(fn $method(&mut self, node: &'ast $node) {
            if !is_only_in_tests(&node.attrs) {
                visit::$method(self, node);
            }
        })*
    };
}

impl<'ast> Visit<'ast> for Reader<'_> {
    unless_in_tests! {
        visit_item_const: syn::ItemConst,
        visit_item_enum: syn::ItemEnum,
        visit_item_fn: syn::ItemFn,
        visit_item_impl: syn::ItemImpl,
        visit_item_macro: syn::ItemMacro,
        visit_item_static: syn::ItemStatic,
        visit_item_struct: syn::ItemStruct,
        visit_item_trait: syn::ItemTrait,
        visit_item_type: syn::ItemType,
        visit_impl_item_const: syn::ImplItemConst,
        visit_impl_item_fn: syn::ImplItemFn,
        visit_field: syn::Field,
        visit_variant: syn::Variant,
        visit_local: syn::Local,
    }

    fn visit_item_mod(&mut self, node: &'ast syn::ItemMod) {
        if is_only_in_tests(&node.attrs) {
            return;
        }
        assert!(
            !node.attrs.iter().any(|attribute| attribute.path().is_ident("path")),
            "`{}` is declared with a path, which nobody would look for",
            node.ident
        );
        let parent = self.current;
        let folder = format!("{}/{}", self.here().folder, node.ident);
        let child = match &node.content {
            Some((_, items)) => {
                let file = self.here().file.clone();
                self.read_module(&file, &folder, Some(parent), items)
            }
            None => self.read_file(&self.file_of(&folder), &folder, Some(parent)),
        };
        self.here().children.insert(node.ident.to_string(), child);
    }

    fn visit_item_use(&mut self, node: &'ast syn::ItemUse) {
        if !is_only_in_tests(&node.attrs) {
            self.import(&node.tree, &[], !matches!(node.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, node: &'ast syn::Path) {
        let idents: Vec<Ident> =
            node.segments.iter().map(|segment| segment.ident.clone()).collect();
        self.mention(&idents);
        visit::visit_path(self, node);
    }

    fn visit_attribute(&mut self, node: &'ast Attribute) {
        if let Meta::List(list) = &node.meta {
            // As in `#[serde(with = "iam::timestamp")]`, which calls `iam::timestamp::serialize`.
            for token in list.tokens.clone() {
                if let TokenTree::Literal(literal) = token
                    && let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
                    && let Ok(path) = text.parse::<syn::Path>()
                    && path.segments.len() > 1
                {
                    let line = literal.span().start().line;
                    let parts = path.segments.iter().map(|part| part.ident.to_string());
                    let path = parts.chain(["serialize".to_owned()]).collect();
                    self.here().mentions.push(Mention { path, line });
                }
            }
        }
        visit::visit_attribute(self, node);
    }

    fn visit_token_stream(&mut self, node: &'ast TokenStream) {
        self.mention_tokens(node.clone());
    }
}

/// The name that an item gives to something in its module.
fn defined(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::TraitAlias(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}

fn line_of(ident: &Ident) -> usize {
    ident.span().start().line
}

fn is_only_in_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            list.parse_args::<Meta>().is_ok_and(|condition| !can_hold_outside_tests(&condition))
        }
        _ => false,
    })
}

/// Whether a condition can hold where `test` does not; what else it asks for may hold or not.
fn can_hold_outside_tests(condition: &Meta) -> bool {
    let Meta::List(list) = condition else {
        return !condition.path().is_ident("test");
    };
    let parts = list
        .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        .map(|parts| parts.iter().map(can_hold_outside_tests).collect::<Vec<_>>())
        .unwrap_or_default();
    if list.path.is_ident("all") {
        parts.into_iter().all(|can| can)
    } else if list.path.is_ident("any") {
        parts.into_iter().any(|can| can)
    } else {
        true
    }
}
