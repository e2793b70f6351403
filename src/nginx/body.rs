//! The body of an answer as it is rewritten: from the buffers that come to those that go on.

use std::ptr;

use nginx_sys::{
    NGX_ERROR, NGX_OK, ngx_buf_t, ngx_chain_add_copy, ngx_chain_get_free_buf, ngx_chain_t,
    ngx_chain_update_chains, ngx_int_t, ngx_palloc, ngx_pool_t,
};
use ngx::http::Request;

use playlist::{Gunzip, Step};

use super::filter::next_body;
use super::{Failed, InPool, Level, bits, log};

/// Bytes of one buffer that goes on.
const ROOM: usize = 4096;
/// With so many of them under way no more is rewritten until the client has taken some.
const MOST: usize = 8;
/// What is rewritten at once.
const PIECE: usize = 4096;

/// Rewrites a body, piece by piece.
pub(crate) trait Rewrite {
    fn feed(&mut self, r: &Request, piece: &[u8], out: &mut Output) -> Result<(), Failed>;
    fn finish(&mut self, r: &Request, out: &mut Output) -> Result<(), Failed>;
}

/// What NGINX calls a body filter with.
pub(crate) struct Incoming(*mut ngx_chain_t);

impl Incoming {
    /// # Safety
    /// The chain is what NGINX called our body filter with.
    pub(crate) unsafe fn new(chain: *mut ngx_chain_t) -> Self {
        Self(chain)
    }
}

/// What comes and was not rewritten yet, and what was rewritten and did not leave yet.
pub(crate) struct Stream {
    queued: *mut ngx_chain_t,
    /// Where what comes is compressed.
    gunzip: Option<InPool<Gunzip>>,
    /// All of the first buffer in the queue was decompressed, and not all of that rewritten. Its last byte stays for as
    /// long: a buffer without any is NGINX's to use again.
    is_drained: bool,
    out: Output,
    is_finished: bool,
    /// It ended in an error: what waits may be gone, and nothing more is sent.
    is_broken: bool,
}

/// Buffers for what was rewritten.
pub(crate) struct Output {
    pool: *mut ngx_pool_t,
    tag: *mut std::ffi::c_void,
    free: *mut ngx_chain_t,
    busy: *mut ngx_chain_t,
    head: *mut ngx_chain_t,
    tail: *mut ngx_chain_t,
    made: usize,
    /// Nothing was written since the last flush.
    is_flushed: bool,
}

impl Stream {
    /// `owner`: whose buffers they are.
    pub(crate) fn new<T>(r: &Request, owner: &'static T, gunzip: Option<InPool<Gunzip>>) -> Self {
        Self {
            queued: ptr::null_mut(),
            gunzip,
            is_drained: false,
            out: Output {
                pool: r.as_ref().pool,
                tag: ptr::from_ref(owner).cast_mut().cast(),
                free: ptr::null_mut(),
                busy: ptr::null_mut(),
                head: ptr::null_mut(),
                tail: ptr::null_mut(),
                made: 0,
                is_flushed: false,
            },
            is_finished: false,
            is_broken: false,
        }
    }

    /// Sends nothing more.
    pub(crate) fn give_up(&mut self) {
        self.is_broken = true;
    }

    /// Takes what came, rewrites as much as there is room for, and hands it on.
    pub(crate) fn run(
        &mut self,
        r: &mut Request,
        Incoming(incoming): Incoming,
        rewrite: &mut impl Rewrite,
    ) -> Result<ngx_int_t, Failed> {
        if self.is_broken {
            return Ok(NGX_ERROR as ngx_int_t);
        }
        // SAFETY: NGINX copies the links of a chain that it called us with.
        let copied = unsafe { ngx_chain_add_copy(self.out.pool, &raw mut self.queued, incoming) };
        if copied != NGX_OK as ngx_int_t {
            return Err(Failed);
        }
        loop {
            while self
                .first()
                .is_some_and(|first| first.pos == first.last || !self.out.is_full())
            {
                self.take_piece(r, rewrite)?;
                if self.is_broken {
                    return Ok(NGX_ERROR as ngx_int_t);
                }
            }
            if !self.queued.is_null() {
                // What waits is asked for again once this was sent, which must not wait for more.
                self.out.flush()?;
            }
            // SAFETY: the chain is made of our own buffers.
            let rc = unsafe { next_body(r, self.out.head) };
            self.out.update();
            if rc == NGX_ERROR as ngx_int_t || self.queued.is_null() || !self.out.busy.is_null() {
                return Ok(rc);
            }
        }
    }

    /// The first buffer in the queue.
    fn first(&self) -> Option<&ngx_buf_t> {
        // SAFETY: it is null, or NGINX keeps a chain that was copied.
        let link = unsafe { self.queued.as_ref() }?;
        // SAFETY: NGINX has a buffer in every link, which is ours until it is read to its end.
        unsafe { link.buf.as_ref() }
    }

    /// Rewrites a piece of the first buffer in the queue. One that is read to its end leaves the queue at once.
    fn take_piece(&mut self, r: &Request, rewrite: &mut impl Rewrite) -> Result<(), Failed> {
        // SAFETY: it is not null, and NGINX keeps a chain that was copied.
        let link = unsafe { &mut *self.queued };
        // SAFETY: NGINX has a buffer in every link, which is ours until it is read to its end.
        let buffer = unsafe { &mut *link.buf };
        let is_in_memory = bits::NGX_BUF_TEMPORARY.is_set(buffer)
            || bits::NGX_BUF_MEMORY.is_set(buffer)
            || bits::NGX_BUF_MMAP.is_set(buffer);
        if is_in_memory && buffer.pos < buffer.last {
            let rest = buffer.last.addr().saturating_sub(buffer.pos.addr());
            let length = if self.is_drained { 0 } else { rest.min(PIECE) };
            // SAFETY: a buffer in memory has its bytes from `pos` up to `last`.
            let piece = unsafe { std::slice::from_raw_parts(buffer.pos, length) };
            let taken = self.rewrite(r, piece, rewrite)?;
            let has_more = |gunzip: &InPool<Gunzip>| gunzip.has_more();
            let was_drained = self.is_drained;
            self.is_drained =
                (was_drained || taken == rest) && self.gunzip.as_ref().is_some_and(has_more);
            let taken = match (self.is_drained, was_drained) {
                (true, _) => rest.saturating_sub(1),
                (false, true) => rest,
                (false, false) => taken,
            };
            buffer.pos = buffer.pos.wrapping_add(taken);
            if buffer.pos < buffer.last {
                return Ok(());
            }
        }
        if !is_in_memory
            && bits::NGX_BUF_IN_FILE.is_set(buffer)
            && buffer.file_pos < buffer.file_last
        {
            // It was to be read into memory before; to leave it out would be no error that anybody sees.
            return Err(Failed);
        }
        if bits::NGX_BUF_LAST_BUF.is_set(buffer) && !self.is_finished {
            let is_cut_off = |gunzip: &InPool<Gunzip>| !gunzip.is_whole();
            if self.gunzip.as_ref().is_some_and(is_cut_off) {
                self.find_no_gzip(r);
                return Ok(());
            }
            self.is_finished = true;
            rewrite.finish(r, &mut self.out)?;
            let last = self.out.tail_or_special()?;
            bits::NGX_BUF_LAST_BUF.set(last, 1);
            bits::NGX_BUF_LAST_IN_CHAIN.set(last, 1);
        } else if bits::NGX_BUF_FLUSH.is_set(buffer) {
            self.out.flush()?;
        }
        let done = std::mem::replace(&mut self.queued, link.next);
        // SAFETY: NGINX keeps the request's pool, and nobody else uses it meanwhile.
        let pool = unsafe { &mut *self.out.pool };
        // So that a link is used again, however many buffers come.
        link.next = std::mem::replace(&mut pool.chain, done);
        Ok(())
    }

    /// Rewrites some of a piece, and says how much of it.
    fn rewrite(
        &mut self,
        r: &Request,
        piece: &[u8],
        rewrite: &mut impl Rewrite,
    ) -> Result<usize, Failed> {
        let Self { gunzip, out, .. } = self;
        if self.is_finished {
            return Ok(piece.len());
        }
        let Some(gunzip) = gunzip else {
            rewrite.feed(r, piece, out)?;
            return Ok(piece.len());
        };
        let mut room = [0; PIECE];
        let Ok(Step { taken, made }) = gunzip.step(piece, &mut room) else {
            self.find_no_gzip(r);
            return Ok(piece.len());
        };
        rewrite.feed(r, room.get(..made).unwrap_or_default(), out)?;
        Ok(taken)
    }

    /// Ends an answer that cannot be read. What was sent of it cannot be taken back.
    #[cold]
    fn find_no_gzip(&mut self, r: &Request) {
        self.give_up();
        log(
            r,
            Level::Error,
            format_args!(
                "secure_token: playlist cut off, what came is no gzip or was cut off itself"
            ),
        );
    }
}

impl Output {
    /// Puts text behind what is there.
    pub(crate) fn write(&mut self, text: &[u8]) -> Result<(), Failed> {
        let mut rest = text;
        self.is_flushed &= text.is_empty();
        while !rest.is_empty() {
            let buffer = match self.tail() {
                Some(tail) if tail.last < tail.end => tail,
                _ => self.add()?,
            };
            let room = buffer.end.addr().saturating_sub(buffer.last.addr());
            let (piece, behind) = rest.split_at_checked(room).unwrap_or((rest, b""));
            // It may be one that was made for a mark, without text.
            bits::NGX_BUF_TEMPORARY.set(buffer, 1);
            // SAFETY: there is room for so many bytes in a buffer of ours, up to its end.
            unsafe {
                buffer
                    .last
                    .copy_from_nonoverlapping(piece.as_ptr(), piece.len())
            };
            // SAFETY: as above.
            buffer.last = unsafe { buffer.last.add(piece.len()) };
            rest = behind;
        }
        Ok(())
    }

    fn tail(&mut self) -> Option<&mut ngx_buf_t> {
        // SAFETY: it is null, or a link that `add` made.
        let link = unsafe { self.tail.as_mut() }?;
        // SAFETY: `add` has a buffer in every link.
        unsafe { link.buf.as_mut() }
    }

    fn is_full(&self) -> bool {
        self.made >= MOST && self.free.is_null()
    }

    /// Has what was written so far sent, whatever `postpone_output` says.
    fn flush(&mut self) -> Result<(), Failed> {
        if self.is_flushed {
            return Ok(());
        }
        let buffer = self.tail_or_special()?;
        bits::NGX_BUF_FLUSH.set(buffer, 1);
        self.is_flushed = true;
        Ok(())
    }

    /// The last buffer, for a mark; one without text where there is none.
    fn tail_or_special(&mut self) -> Result<&mut ngx_buf_t, Failed> {
        if self.tail.is_null() {
            let buffer = self.add()?;
            // NGINX takes no empty buffer of memory.
            bits::NGX_BUF_TEMPORARY.set(buffer, 0);
        }
        self.tail().ok_or(Failed)
    }

    /// Puts an empty buffer behind those that are there.
    fn add(&mut self) -> Result<&mut ngx_buf_t, Failed> {
        // SAFETY: the pool is the request's, and the chain is of our own buffers.
        let link = unsafe { ngx_chain_get_free_buf(self.pool, &raw mut self.free) };
        // SAFETY: NGINX returned null, or a link that nobody else uses.
        let added = unsafe { link.as_mut() }.ok_or(Failed)?;
        added.next = ptr::null_mut();
        // SAFETY: NGINX has a buffer in that link: a new one, all zero, or one that we made.
        let buffer = unsafe { &mut *added.buf };
        if buffer.start.is_null() {
            // SAFETY: the pool is the request's.
            let room = unsafe { ngx_palloc(self.pool, ROOM) }.cast::<u8>();
            if room.is_null() {
                return Err(Failed);
            }
            buffer.start = room;
            buffer.end = room.wrapping_add(ROOM);
            buffer.tag = self.tag;
            self.made = self.made.saturating_add(1);
        }
        buffer.pos = buffer.start;
        buffer.last = buffer.start;
        bits::NGX_BUF_TEMPORARY.set(buffer, 1);
        bits::NGX_BUF_FLUSH.set(buffer, 0);
        bits::NGX_BUF_LAST_BUF.set(buffer, 0);
        bits::NGX_BUF_LAST_IN_CHAIN.set(buffer, 0);
        // SAFETY: it is null, or a link that this function made.
        match unsafe { self.tail.as_mut() } {
            Some(tail) => tail.next = link,
            None => self.head = link,
        }
        self.tail = link;
        Ok(buffer)
    }

    /// Sees which buffers have left.
    fn update(&mut self) {
        let (free, busy) = (&raw mut self.free, &raw mut self.busy);
        let out = &raw mut self.head;
        // SAFETY: all three are chains of our own buffers, or null.
        unsafe { ngx_chain_update_chains(self.pool, free, busy, out, self.tag) };
        self.head = ptr::null_mut();
        self.tail = ptr::null_mut();
    }
}
