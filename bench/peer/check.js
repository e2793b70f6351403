// Signed links in njs, as its users write them: functions whose value is a variable. There is no constant-time comparison.
import crypto from 'crypto';
import secret from 'secret.js';

function decided(token, expected, expires) {
    if (token !== expected) {
        return '403';
    }
    return Number(expires) >= Date.now() / 1000 ? '200' : '410';
}

// ?md5={token}&expires={expires}, as with secure_link.
function md5(r) {
    const token = r.variables.arg_md5, expires = r.variables.arg_expires;
    if (!token || !expires) {
        return '403';
    }
    const digest = crypto.createHash('md5').update(`${expires}${r.uri} ${secret}`).digest('base64url');
    return decided(token, digest, expires);
}

// ?st={token}&e={expires}, a HMAC of the path and the expiry in lines of their own.
function hmac_sha256(r) {
    const token = r.variables.arg_st, expires = r.variables.arg_e;
    if (!token || !expires) {
        return '403';
    }
    const digest = crypto.createHmac('sha256', secret).update(`${r.uri}\n${expires}`).digest('base64url');
    return decided(token, digest, expires);
}

export default { md5, hmac_sha256 };
