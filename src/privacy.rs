//! Answers that are made for one client: no cache may keep them for others.

use nginx_sys::{NGX_ERROR, ngx_http_request_t, ngx_int_t};
use ngx::http::Request;

use crate::Module;
use crate::guard::guarded;
use crate::nginx::{self, Failed, Level};

/// Has the answer say that it is for one client.
pub(crate) fn ask_for(r: &mut Request) -> Result<(), Failed> {
    nginx::note::<Module>(r).ok_or(Failed)?.is_private = true;
    Ok(())
}

/// NGINX's way into this module, for the headers of every answer, once all have been added.
pub(crate) unsafe extern "C" fn header(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: NGINX calls its filters with a request, which nobody else uses meanwhile.
    let r = unsafe { Request::from_ngx_http_request(r) };
    let is_private = r.is_main() && nginx::noted::<Module>(r).is_some_and(|notes| notes.is_private);
    if is_private && !matches!(guarded(|| nginx::be_private(r)), Ok(Ok(()))) {
        let message = format_args!("secure_token: no answer, out of memory or internal error");
        nginx::log(r, Level::Error, message);
        return NGX_ERROR as ngx_int_t;
    }
    nginx::next_header_behind_privacy(r)
}
