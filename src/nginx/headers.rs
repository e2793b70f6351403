//! Headers of requests whose answer is rewritten, and of the answer.

use std::ptr;

use nginx_sys::{
    NGX_HTTP_BAD_REQUEST, NGX_HTTP_OK, NGX_HTTP_PARTIAL_CONTENT, ngx_list_part_t, ngx_list_push,
    ngx_list_t, ngx_str_t, ngx_table_elt_t,
};
use ngx::collections::Vec;
use ngx::http::Request;

use super::filter::need_in_memory;
use super::{Failed, bits, for_request, keep_bytes};

/// Headers by which a client asks for a part of the answer, or for none if it is the same.
const PARTIAL: [&[u8]; 6] = [
    b"range",
    b"if-range",
    b"if-none-match",
    b"if-modified-since",
    b"if-match",
    b"if-unmodified-since",
];
/// NGINX itself still sees it, and compresses what was rewritten.
const ENCODED: &[u8] = b"accept-encoding";
/// What of its value NGINX may see: files that were compressed with anything else beforehand cannot be rewritten.
const GZIP: &[u8] = b"gzip";

/// Takes out of the request what asks for less than the whole answer, in plain: neither NGINX nor an upstream sees it.
pub(crate) fn want_whole(r: &mut Request) -> Result<(), Failed> {
    // NGINX cuts nothing into slices that has a status: `$slice_range` is empty then. Whoever answers sets the status anew.
    r.as_mut().headers_out.status = NGX_HTTP_OK as usize;
    let is = |key: &[u8], name: &[u8]| key.eq_ignore_ascii_case(name);
    let is_unwanted =
        |key: &[u8]| is(key, ENCODED) || PARTIAL.into_iter().any(|name| is(key, name));
    let mut headers = r.headers_in_iterator();
    if !headers.any(|(key, _)| is_unwanted(key.as_bytes())) {
        return Ok(());
    }
    // The others are copied: NGINX has pointers to them where they stand.
    let mut kept = Vec::new_in(r.pool());
    each(&r.as_ref().headers_in.headers, |header| {
        if !is_unwanted(header.key.as_bytes()) {
            kept.try_reserve(1).map_err(|_| Failed)?;
            kept.push(*header);
        } else if is(header.key.as_bytes(), ENCODED) {
            header.value = only_gzip(r, header.value.as_bytes())?;
        }
        Ok(())
    })?;
    // NGINX gives a list no part without room.
    kept.try_reserve(1).map_err(|_| Failed)?;
    let (room, kept) = (kept.capacity(), kept.leak());
    let headers_in = &mut r.as_mut().headers_in;
    let list = &mut headers_in.headers;
    list.part = ngx_list_part_t {
        elts: kept.as_mut_ptr().cast(),
        nelts: kept.len(),
        next: ptr::null_mut(),
    };
    list.nalloc = room;
    list.last = &raw mut list.part;
    headers_in.range = ptr::null_mut();
    headers_in.if_range = ptr::null_mut();
    headers_in.if_none_match = ptr::null_mut();
    headers_in.if_modified_since = ptr::null_mut();
    headers_in.if_match = ptr::null_mut();
    headers_in.if_unmodified_since = ptr::null_mut();
    Ok(())
}

/// What a list of encodings says of gzip, with a zero behind it, as NGINX has all headers.
fn only_gzip(r: &Request, encodings: &[u8]) -> Result<ngx_str_t, Failed> {
    let mut list = encodings
        .split(|&byte| byte == b',')
        .map(<[u8]>::trim_ascii);
    let begins = |encoding: &&[u8]| {
        let name = encoding.get(..GZIP.len());
        name.is_some_and(|name| name.eq_ignore_ascii_case(GZIP))
    };
    let gzip = list.find(begins).unwrap_or_default();
    let text = keep_bytes(r, [gzip, b"\0"].into_iter())?;
    Ok(ngx_str_t {
        len: gzip.len(),
        data: text.as_mut_ptr(),
    })
}

/// The `Host` header, with its port; empty where there is none.
pub(crate) fn sent_host(r: &Request) -> &[u8] {
    // SAFETY: NGINX has null there, or a header that it keeps as long as the request.
    let header = unsafe { r.as_ref().headers_in.host.as_ref() };
    header.map_or(b"", |header| header.value.as_bytes())
}

/// Whether the answer is 200.
pub(crate) fn is_ok(r: &Request) -> bool {
    r.as_ref().headers_out.status == NGX_HTTP_OK as usize
}

/// Whether the answer is none of an error.
pub(crate) fn is_no_error(r: &Request) -> bool {
    r.as_ref().headers_out.status < NGX_HTTP_BAD_REQUEST as usize
}

/// The answer's MIME type without parameters.
pub(crate) fn content_type(r: &Request) -> &[u8] {
    let out = &r.as_ref().headers_out;
    let whole = out.content_type.as_bytes();
    let bare = whole.get(..out.content_type_len).unwrap_or(whole);
    bare.split(|byte| b"; ".contains(byte))
        .next()
        .unwrap_or_default()
}

/// How an answer is compressed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Plain,
    Gzip,
    Other,
}

/// How the answer is compressed.
pub(crate) fn coding(r: &Request) -> Coding {
    // SAFETY: NGINX has null there, or a header that it keeps as long as the request.
    let header = unsafe { r.as_ref().headers_out.content_encoding.as_ref() };
    let Some(header) = header.filter(|header| header.hash != 0 && header.value.len != 0) else {
        return Coding::Plain;
    };
    let is = |name: &[u8]| header.value.as_bytes().eq_ignore_ascii_case(name);
    if is(GZIP) || is(b"x-gzip") {
        Coding::Gzip
    } else {
        Coding::Other
    }
}

/// Where the answer is a part that is all there is, makes it the whole. That is what an upstream answers to players that
/// ask for all bytes from the first on.
pub(crate) fn unwrap_whole(r: &mut Request) {
    let out = &mut r.as_mut().headers_out;
    // SAFETY: NGINX has null there, or a header that it keeps as long as the request.
    let Some(header) = (unsafe { out.content_range.as_mut() }) else {
        return;
    };
    if out.status != NGX_HTTP_PARTIAL_CONTENT as usize || !is_all(header.value.as_bytes()) {
        return;
    }
    // NGINX sends no such header.
    header.hash = 0;
    out.content_range = ptr::null_mut();
    out.status = NGX_HTTP_OK as usize;
    // Of the upstream, in words.
    out.status_line.len = 0;
}

/// Whether a range of an answer is all there is: `bytes 0-99/100`.
fn is_all(range: &[u8]) -> bool {
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u64>().ok();
    let ends = range.strip_prefix(b"bytes 0-").and_then(|ends| {
        let slash = ends.iter().position(|&byte| byte == b'/')?;
        let (last, behind) = ends.split_at_checked(slash)?;
        Some((number(last)?, number(behind.get(1..)?)?))
    });
    ends.is_some_and(|(last, length)| last.checked_add(1) == Some(length))
}

/// Whether the answer's body comes in pieces by requests of their own, as those of the slice module do: it is the only one
/// that asks for parts of them.
pub(crate) fn is_sliced(r: &Request) -> bool {
    bits::NGX_HTTP_REQUEST_SUBREQUEST_RANGES.is_set(r.as_ref())
}

/// Makes the headers those of an answer that is rewritten: nothing says how long it is, which version of a file, or how it
/// was compressed.
pub(crate) fn become_rewritten(r: &mut Request) {
    need_in_memory(r);
    let inner = r.as_mut();
    bits::NGX_HTTP_REQUEST_ALLOW_RANGES.set(inner, 0);
    let out = &mut inner.headers_out;
    for header in [
        &mut out.content_length,
        &mut out.last_modified,
        &mut out.accept_ranges,
        &mut out.etag,
        &mut out.content_encoding,
    ] {
        // SAFETY: NGINX has null there, or a header that it keeps as long as the request.
        if let Some(header) = unsafe { header.as_mut() } {
            // NGINX sends no such header.
            header.hash = 0;
        }
        *header = ptr::null_mut();
    }
    out.content_length_n = -1;
    out.last_modified_time = -1;
}

/// Has no cache keep the answer for others: what the answer says of caches becomes one `Cache-Control`, without what is only
/// for those that many share.
pub(crate) fn be_private(r: &mut Request) -> Result<(), Failed> {
    const NAME: &[u8] = b"Cache-Control";
    let is_ours = |header: &ngx_table_elt_t| {
        header.hash != 0 && header.key.as_bytes().eq_ignore_ascii_case(NAME)
    };
    let headers = &r.as_ref().headers_out.headers;
    let mut text = Vec::new_in(r.pool());
    let mut add = |word: &[u8]| {
        let separator: &[u8] = if text.is_empty() { b"" } else { b", " };
        let room = separator.len().saturating_add(word.len());
        text.try_reserve(room).map_err(|_| Failed)?;
        text.extend_from_slice(separator);
        text.extend_from_slice(word);
        Ok(())
    };
    let mut is_strict = false;
    each(headers, |header| {
        is_strict |= is_ours(header) && words(header).any(|word| is_one(word, &[b"no-store"]));
        Ok(())
    })?;
    if !is_strict {
        add(b"private")?;
    }
    each(headers, |header| {
        if is_for_shared_caches(header.key.as_bytes()) {
            // NGINX sends no such header.
            header.hash = 0;
        }
        if !is_ours(header) {
            return Ok(());
        }
        header.hash = 0;
        words(header)
            .filter(|word| !is_shared(word))
            .try_for_each(&mut add)
    })?;
    add_header(r, NAME, for_request(r, &text)?)
}

/// Whether a header is for caches that many share alone, which go by it whatever `Cache-Control` says (RFC 9213).
fn is_for_shared_caches(name: &[u8]) -> bool {
    const TARGETED: &[u8] = b"cdn-cache-control";
    let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
    let end = name.len().saturating_sub(TARGETED.len());
    name.get(end..)
        .is_some_and(|end| end.eq_ignore_ascii_case(TARGETED))
        || is(b"Surrogate-Control")
        || is(b"Edge-Control")
        || is(b"X-Accel-Expires")
}

/// What a `Cache-Control` header says.
fn words(header: &ngx_table_elt_t) -> impl Iterator<Item = &[u8]> {
    let words = header.value.as_bytes().split(|&byte| byte == b',');
    words
        .map(<[u8]>::trim_ascii)
        .filter(|word| !word.is_empty())
}

fn is_one(word: &[u8], names: &[&[u8]]) -> bool {
    let name = word.split(|&byte| byte == b'=').next().unwrap_or_default();
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether a word is only for caches that many share, or is said anyway.
fn is_shared(word: &[u8]) -> bool {
    is_one(
        word,
        &[b"public", b"s-maxage", b"proxy-revalidate", b"private"],
    )
}

/// Adds a header to the answer.
pub(crate) fn add_header(
    r: &mut Request,
    name: &'static [u8],
    value: &'static [u8],
) -> Result<(), Failed> {
    let text = |text: &'static [u8]| ngx_str_t {
        len: text.len(),
        data: text.as_ptr().cast_mut(),
    };
    let headers = &raw mut r.as_mut().headers_out.headers;
    // SAFETY: NGINX has made the list, of headers.
    let header = unsafe { ngx_list_push(headers) }.cast::<ngx_table_elt_t>();
    if header.is_null() {
        return Err(Failed);
    }
    // SAFETY: NGINX returned room for one header; all zero is a value of it.
    unsafe { header.write_bytes(0, 1) };
    // SAFETY: it has just been written, and nobody else knows of it.
    let header = unsafe { &mut *header };
    header.hash = 1;
    header.key = text(name);
    header.value = text(value);
    Ok(())
}

fn each(
    list: &ngx_list_t,
    mut visit: impl FnMut(&mut ngx_table_elt_t) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut part = Some(&list.part);
    while let Some(this) = part {
        for index in 0..this.nelts {
            let headers = this.elts.cast::<ngx_table_elt_t>();
            // SAFETY: NGINX has so many headers there.
            let header = unsafe { headers.add(index) };
            // SAFETY: NGINX keeps the list as long as the request, and nobody else uses it meanwhile.
            visit(unsafe { &mut *header })?;
        }
        // SAFETY: NGINX ends the list with null.
        part = unsafe { this.next.as_ref() };
    }
    Ok(())
}
