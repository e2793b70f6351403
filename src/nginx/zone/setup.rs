//! A zone while the configuration is being read: how large it is, and who has it.

use std::ptr;

use nginx_sys::{
    ngx_list_part_t, ngx_pagesize, ngx_parse_size, ngx_shared_memory_add, ngx_shm_zone_t, ngx_str_t,
};
use ngx::http::HttpModule;

use super::ZoneInit;
use crate::nginx::{Conf, Failed};

impl Conf {
    /// Adds a zone of shared memory; `init` is called with it, and finds `owner` there. NGINX has said
    /// what is wrong where this fails.
    pub(crate) fn add_zone<M: HttpModule, T>(
        &mut self,
        name: &[u8],
        size: usize,
        init: ZoneInit,
        owner: &mut T,
    ) -> Result<(), Failed> {
        let mut name = self.copy(name)?;
        let tag = ptr::from_ref(M::module()).cast_mut().cast();
        // SAFETY: `copy` has put the name into the configuration's pool, which NGINX keeps as long as the zone.
        let zone = unsafe { ngx_shared_memory_add(self.as_ptr(), &raw mut name, size, tag) };
        // SAFETY: NGINX returns null, or a zone of the configuration that nobody uses yet.
        let zone = unsafe { zone.as_mut() }.ok_or(Failed)?;
        zone.init = Some(init);
        zone.data = ptr::from_mut(owner).cast();
        Ok(())
    }

    /// The size that a zone has in the configuration that is in force, where there is one.
    pub(crate) fn size_in_force(&self, name: &[u8]) -> Option<usize> {
        // SAFETY: NGINX has the cycle being configured there.
        let cycle = unsafe { self.0.cycle.as_ref() }?;
        // SAFETY: NGINX has null there, or the cycle in force.
        let old = unsafe { cycle.old_cycle.as_ref() }?;
        let mut part: *const ngx_list_part_t = &raw const old.shared_memory.part;
        // SAFETY: NGINX ends the parts of a list with null.
        while let Some(zones) = unsafe { part.as_ref() } {
            let first = zones.elts.cast::<ngx_shm_zone_t>();
            for index in 0..zones.nelts {
                // SAFETY: NGINX has so many zones in the part.
                let zone = unsafe { first.add(index) };
                // SAFETY: NGINX has a zone there, for the index is less than their number.
                let shm = unsafe { &(*zone).shm };
                if shm.name.as_bytes() == name {
                    return Some(shm.size);
                }
            }
            part = zones.next;
        }
        None
    }

    /// A size as NGINX writes it (`64k`, `1m`), in bytes.
    pub(crate) fn size(text: &[u8]) -> Option<usize> {
        let mut text = ngx_str_t {
            len: text.len(),
            data: text.as_ptr().cast_mut(),
        };
        // SAFETY: NGINX only reads the text, and so many bytes of it.
        let size = unsafe { ngx_parse_size(&raw mut text) };
        size.try_into().ok()
    }

    /// The smallest zone that NGINX can make use of, in bytes.
    pub(crate) fn smallest_zone() -> usize {
        // SAFETY: NGINX sets the variable when it starts, and never again.
        let page = unsafe { ngx_pagesize };
        page.saturating_mul(8)
    }
}
