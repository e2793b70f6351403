//! The parts of a message in every order.

use std::borrow::Cow;

use token::Part;
use token::inspect::HashUse;

use crate::digest::Message;
use crate::right_values::RightValues;
use crate::search::MOST;

/// What people put between the parts.
const BETWEEN: [&str; 9] = ["", " ", "_", "-", ":", "|", "/", "&", "\n"];

/// More parts than these are not tried in every order.
const MOST_ORDERED: usize = 5;

/// Of more parts than these there are so many orders that other mistakes are looked for only with the right one.
const MOST_AMONG_OTHERS: usize = 4;

/// A message with its parts in some order.
pub(super) struct Ordered {
    pub(super) message: Message,
    /// For how many mistakes it counts.
    pub(super) cost: usize,
}

/// Every order of the parts, with everything that people put between.
pub(super) fn of(
    chosen: &[Part],
    right: &RightValues,
    hash: HashUse,
    may_have_address: bool,
) -> Vec<Ordered> {
    let is_own = |part: &&Part| {
        !matches!(
            part,
            Part::Literal(_) | Part::Secret | Part::ClientIp | Part::Choice { .. }
        )
    };
    let mut parts: Vec<Part> = chosen.iter().filter(is_own).cloned().collect();
    if !parts.contains(&right.path_part) {
        parts.insert(0, right.path_part.clone());
    }
    if !hash.is_keyed {
        parts.insert(0, Part::Secret);
    }
    let orders = orders(&parts, may_have_address);
    let every = orders.iter().flat_map(|order| {
        let is_usual = order.len() <= MOST_AMONG_OTHERS || is_in_order(order, chosen);
        let cost = if is_usual { 1 } else { MOST };
        BETWEEN.map(|between| Ordered {
            message: Message {
                hash,
                parts: separated(order, between),
            },
            cost,
        })
    });
    every.collect()
}

/// What a newline of the message becomes in programs that take `\n` for two characters, as PHP and the shell do between single
/// quotes, or that end lines as Windows does, or that join with something else.
const FOR_NEWLINE: [&str; 5] = ["\\n", "\r\n", "", " ", ":"];

/// The parts in every order, with what is between them where it was, and in their own, with something else for newlines.
pub(super) fn with_own_between(chosen: &[Part], hash: HashUse) -> Vec<Ordered> {
    let is_literal = |part: &Part| matches!(part, Part::Literal(_));
    let parts: Vec<Part> = chosen
        .iter()
        .filter(|part| !is_literal(part))
        .cloned()
        .collect();
    let cost = if parts.len() <= MOST_AMONG_OTHERS {
        1
    } else {
        MOST
    };
    let ordered = |parts, cost| Ordered {
        message: Message { hash, parts },
        cost,
    };
    let mut all = Vec::new();
    for text in FOR_NEWLINE {
        let parts = chosen.iter().map(|part| match part {
            Part::Literal(own) if own.contains('\n') => {
                Part::Literal(Cow::Owned(own.replace('\n', text)))
            }
            part => part.clone(),
        });
        all.push(ordered(parts.collect(), 1));
    }
    for order in orders(&parts, false) {
        let mut order = order.into_iter();
        let placed = chosen.iter().map(|part| {
            if is_literal(part) {
                part.clone()
            } else {
                order.next().unwrap_or_else(|| part.clone())
            }
        });
        let placed = placed.collect();
        all.push(ordered(placed, cost));
    }
    all
}

/// Whether parts stand as they do among others, those apart that these have not.
fn is_in_order(parts: &[Part], others: &[Part]) -> bool {
    let place = |part| others.iter().position(|other| other == part);
    parts.iter().filter_map(place).is_sorted()
}

/// Every order of the parts, and then every order of them and the address.
fn orders(parts: &[Part], may_have_address: bool) -> Vec<Vec<Part>> {
    if parts.len() > MOST_ORDERED {
        return Vec::new();
    }
    let mut all = permutations(parts);
    if may_have_address && parts.len() < MOST_ORDERED {
        all.extend(permutations(&[parts, &[Part::ClientIp]].concat()));
    }
    all
}

fn permutations(parts: &[Part]) -> Vec<Vec<Part>> {
    if parts.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for first in parts {
        let rest: Vec<Part> = parts
            .iter()
            .filter(|part| *part != first)
            .cloned()
            .collect();
        for behind in permutations(&rest) {
            all.push([std::slice::from_ref(first), behind.as_slice()].concat());
        }
    }
    all
}

fn separated(order: &[Part], between: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    for part in order {
        if !parts.is_empty() && !between.is_empty() {
            parts.push(Part::Literal(Cow::Borrowed(between)));
        }
        parts.push(part.clone());
    }
    parts
}
