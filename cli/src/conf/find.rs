//! One location of a configuration, with the blocks around it.

use super::blocks::Directive;

/// A location, and all that it inherits from.
pub(super) struct Found<'c> {
    /// The blocks from the outermost to the location itself.
    pub(super) levels: Vec<&'c [Directive]>,
    /// As it is written: `~ \.mp4$`.
    name: String,
    place: &'c str,
    /// The names of its server.
    servers: Vec<&'c str>,
}

impl<'c> Found<'c> {
    /// The directives of a name on the innermost level that has one.
    pub(super) fn directives(&self, name: &str) -> Vec<&'c Directive> {
        self.of_any(&[name])
    }

    /// The directives of these names on the innermost level that has one.
    pub(super) fn of_any(&self, names: &[&str]) -> Vec<&'c Directive> {
        let own = |level: &&'c [Directive]| -> Vec<&'c Directive> {
            let own = level.iter();
            own.filter(|directive| names.contains(&directive.name()))
                .collect()
        };
        let mut levels = self.levels.iter().rev().map(own);
        levels.find(|own| !own.is_empty()).unwrap_or_default()
    }

    /// The directives of a name on every level.
    pub(super) fn on_every_level(&self, name: &str) -> impl Iterator<Item = &'c Directive> {
        let directives = self.levels.iter().flat_map(|level| level.iter());
        directives.filter(move |directive| directive.name() == name)
    }

    /// How messages name it.
    pub(super) fn said(&self) -> String {
        format!("location {} ({})", self.name, self.place)
    }

    fn is_protected(&self) -> bool {
        let schemes = self.directives("secure_token");
        let last = schemes
            .last()
            .and_then(|directive| directive.values().first());
        last.is_some_and(|scheme| scheme != "off")
    }
}

/// Finds the location of that name.
///
/// # Errors
/// Where there is none, or more than one.
pub(super) fn location<'c>(
    configuration: &'c [Directive],
    name: Option<&str>,
    server: Option<&str>,
) -> Result<Found<'c>, String> {
    let mut all = Vec::new();
    let http = configuration.iter().filter(|block| block.name() == "http");
    for http in http {
        for server in http.block.iter().filter(|block| block.name() == "server") {
            let names = server
                .block
                .iter()
                .filter(|own| own.name() == "server_name");
            let names: Vec<&str> = names
                .flat_map(|own| own.values().iter().map(String::as_str))
                .collect();
            collect(
                &server.block,
                &[&http.block, &server.block],
                &names,
                &mut all,
            );
        }
    }
    if let Some(server) = server {
        all.retain(|found| found.servers.contains(&server));
    }
    let mut found: Vec<Found<'c>> = match name {
        Some(name) => {
            let is_named = |found: &Found<'_>| {
                let bare = found.name.split_once(' ').map_or("", |(_, bare)| bare);
                [&*found.name, bare, found.place].contains(&name.trim())
            };
            all.into_iter().filter(is_named).collect()
        }
        None => all.into_iter().filter(Found::is_protected).collect(),
    };
    let said: Vec<String> = found.iter().map(Found::said).collect();
    match (found.len(), name) {
        (1, _) => found.pop().ok_or_else(String::new),
        (0, Some(name)) => Err(format!(
            "the configuration has no location \"{name}\" in such a server; write its name as it stands there"
        )),
        (0, None) => Err(
            "the configuration has no location with secure_token; name one with --location"
                .to_owned(),
        ),
        (_, Some(_)) => Err(format!(
            "several locations have this name: {}; say which with --server NAME, or with its place: --location {}",
            said.join(", "),
            found
                .first()
                .map(|found| found.place.to_string())
                .unwrap_or_default()
        )),
        (_, None) => Err(format!(
            "name one of the locations with --location: {}",
            said.join(", ")
        )),
    }
}

fn collect<'c>(
    block: &'c [Directive],
    levels: &[&'c [Directive]],
    servers: &[&'c str],
    all: &mut Vec<Found<'c>>,
) {
    for location in block.iter().filter(|inner| inner.name() == "location") {
        let levels = [levels, &[&location.block]].concat();
        all.push(Found {
            name: location.values().join(" "),
            place: &location.place,
            servers: servers.to_vec(),
            levels: levels.clone(),
        });
        collect(&location.block, &levels, servers, all);
    }
}
