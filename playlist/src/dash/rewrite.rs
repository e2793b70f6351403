//! A manifest with tokens in its links.

use super::value::Written;
use super::{Carried, Place, Target, Untouched, places_for};
use crate::links::{Link, Links, Output, Rewriter, Signer, Way, Why};
use crate::url::Reference;
use crate::{InPath, Left};

/// Writes a whole manifest, with tokens in its links.
///
/// # Errors
///
/// The outer ones are those of the signer and the output; the inner one says why all of it was written as it stands.
pub fn rewrite<S: Signer, O: Output<S>>(
    xml: &[u8],
    links: &Links<'_>,
    signer: &S,
    out: &mut O,
) -> Result<Result<(), Untouched>, S::Error> {
    let in_path = links.in_path.as_ref();
    let passed = in_path.filter(|_| matches!(links.way, Way::Pass { .. }));
    let carried = match (in_path, passed) {
        (None, _) => Carried::InQuery,
        (Some(_), None) => Carried::InPath,
        (Some(_), Some(token)) => Carried::PassedInPath(token),
    };
    let places = match places_for(xml, &links.url, carried) {
        Ok(places) => places,
        Err(why) => {
            out.write(xml)?;
            return Ok(Err(why));
        }
    };
    let mut rewriter = Rewriter { links, signer, out };
    let mut written = 0;
    for place in places {
        let text = |from, to| xml.get(from..to).unwrap_or_default();
        rewriter.out.write(text(written, place.at.start))?;
        written = place.at.end;
        let link = Link {
            kind: place.kind.name(),
            written: text(place.at.start, place.at.end),
            spelling: place.spelling,
        };
        match passed {
            Some(token) => rewriter.pass_in_path(xml, token, link, place)?,
            None => rewriter.write_place(link, &place)?,
        }
    }
    rewriter.out.write(xml.get(written..).unwrap_or_default())?;
    Ok(Ok(()))
}

impl<S: Signer, O: Output<S>> Rewriter<'_, S, O> {
    fn write_place(&mut self, link: Link<'_>, place: &Place) -> Result<(), S::Error> {
        let one = match &place.target {
            Err(left) => return self.leave(link, None, Why::Left(*left)),
            Ok(Target::Path(one)) => Some(one),
            Ok(Target::Paths | Target::Pattern) => None,
        };
        self.write_fetched(link, one.map(|one| (&*one.path, one.sent.as_deref())))
    }

    /// Writes a link with the token of the manifest's path. Where it is relative, its bases have it.
    fn pass_in_path(
        &mut self,
        xml: &[u8],
        token: &InPath<'_>,
        link: Link<'_>,
        place: Place,
    ) -> Result<(), S::Error> {
        let Place { at, spelling, .. } = place;
        let meaning = Written { at, spelling }.meaning(xml);
        let meaning = match &meaning {
            Ok(meaning) => &**meaning,
            Err(left) => return self.leave(link, None, Why::Left(*left)),
        };
        let is_relative = Reference::of(meaning).is_ok_and(|reference| {
            reference.authority.is_none() && !reference.path.starts_with(b"/")
        });
        match &place.target {
            // The manifest that the patch is for was rewritten too.
            Err(Left::UnknownBase) if is_relative => self.keep(link, None),
            Err(left) => self.leave(link, None, Why::Left(*left)),
            Ok(_) if place.is_behind => self.keep(link, None),
            Ok(_) if is_relative => self.leave(link, None, Why::NoPlace),
            // Without what identifiers stand for: they stay.
            Ok(_) => self.write_in_path(token, link, Ok(meaning)),
        }
    }
}
