-- Signed links in Lua, as its users write them: a module that is loaded once, compiled functions of lua-resty-core, and
-- nothing that is not asked for.
local base64 = require "ngx.base64"
local concat = table.concat
local _M = {}

local function decided(token, expected, expires)
    if token ~= expected then
        return ngx.exit(403)
    end
    local last = tonumber(expires)
    if not last or last < ngx.time() then
        return ngx.exit(410)
    end
end

-- ?md5={token}&expires={expires}, as with secure_link.
function _M.md5(secret)
    local var = ngx.var
    local token, expires = var.arg_md5, var.arg_expires
    if not token or not expires then
        return ngx.exit(403)
    end
    local message = concat { expires, var.uri, " ", secret }
    decided(token, base64.encode_base64url(ngx.md5_bin(message)), expires)
end

-- ?token={expires}_{token}, as with Fastly. It is the one HMAC that the Lua module has by itself.
local digit = {}
for byte = 0, 255 do
    digit[string.char(byte)] = string.format("%02x", byte)
end

function _M.hmac_sha1(key)
    local var = ngx.var
    local expires, token = string.match(var.arg_token or "", "^(%d+)_(%x+)$")
    if not token then
        return ngx.exit(403)
    end
    local path = string.match(var.request_uri, "^[^?]*")
    local digest = ngx.hmac_sha1(key, path .. expires)
    decided(token, (string.gsub(digest, ".", digit)), expires)
end

return _M
