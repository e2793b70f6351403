//! The rows, in the order of the documentation.

use super::{Row, row};
use crate::ClientIp;

/// All there are.
pub(crate) static ROWS: &[Row] = &[
    row("azion", "Azion Secure Token; formerly MaxCDN and StackPath")
        .vendor("https://github.com/aziontech/azion_secure_token")
        .link("?st={token}&e={expires}")
        .hash("md5:base64url", "{secret}{path}{expires}")
        .options(&["expired_status=410"]),
    row("gcore", "Gcore CDN Secure Token; EdgeCenter, Yandex Cloud CDN")
        .vendor("https://gcore.com/docs/cdn/cdn-resource-options/security/use-a-secure-token")
        .link("?md5={token}&expires={expires}")
        .hash("md5:base64url", "{expires}{path}{client_ip} {secret}")
        .options(&["exclusive", "expired_status=410"]),
    row("gcore-video", "Gcore Video Streaming, secure token for HLS and DASH")
        .vendor("https://gcore.com/docs/streaming/interaction-with-cdn/video-secure-token")
        .link("/{kind}/{account}_{video}/{token}/{expires}{path}")
        .hash("md5:base64url", "{account}_{video}_{secret}_{expires}_{client_ip}")
        .options(&["expired_status=410"]),
    row("gcore-mp4", "Gcore Video Streaming, advanced secure token for MP4")
        .vendor("https://gcore.com/docs/streaming/interaction-with-cdn/video-secure-token")
        .link("?md5={token}&expires={expires}&speed={speed?}&buffer={buffer?}")
        .hash("md5:base64url", "{path}_{secret}_{expires}_{speed}_{buffer}_{client_ip}")
        .options(&["expired_status=410"]),
    row("secure-link", "NGINX secure_link and secure_link_md5")
        .vendor("https://nginx.org/en/docs/http/ngx_http_secure_link_module.html#secure_link")
        .link("?md5={token}&expires={expires}")
        .hash("md5:base64url", "{expires}{path}{client_ip} {secret}")
        .options(&["expired_status=410"])
        .bound(ClientIp::Always),
    row("secure-link-secret", "NGINX secure_link_secret")
        .vendor("https://nginx.org/en/docs/http/ngx_http_secure_link_module.html#secure_link_secret")
        .link("/{prefix}/{token}/{link*}")
        .hash("md5:hex", "{link}{secret}"),
    row("secure-link-hmac", "NGINX HMAC Secure Link Module")
        .vendor("https://github.com/nginx-modules/ngx_http_hmac_secure_link_module")
        .link("?st={token}&ts={time:iso}&e={ttl}")
        .hash("hmac-sha256:base64url", "{path}|{time}|{ttl}")
        .options(&["expired_status=410"])
        .digests(&["hmac-md5:base64url", "hmac-sha1:base64url", "hmac-sha384:base64url", "hmac-sha512:base64url"]),
    row("leaseweb", "Leaseweb CDN secure links")
        .vendor("https://kb.leaseweb.com/display/KB/Pull+Zones%3A+CDN")
        .link("?st={token}&e={expires}")
        .hash("md5:base64url", "{secret}{client_ip}{path}{expires}")
        .options(&["expired_status=410"])
        .bound(ClientIp::Always),
    row("bunny-basic", "bunny.net, basic token authentication")
        .vendor("https://docs.bunny.net/docs/cdn-token-authentication-basic")
        .link("?token={token}&expires={expires}")
        .hash("md5:base64url", "{secret}{path}{expires}{client_ip}"),
    row("keycdn", "KeyCDN Secure Token for access control")
        .vendor("https://www.keycdn.com/support/secure-token")
        .link("?token={token}&expire={expires}")
        .hash("md5:base64url", "{path}{secret}{expires}")
        .options(&["expired_status=410"]),
    row("keycdn-image", "KeyCDN Secure Token for image processing")
        .vendor("https://www.keycdn.com/support/secure-token")
        .link("?token={token}")
        .hash("md5:base64url", "{path}{args}{secret}"),
    row("cdn77", "CDN77 Secure Token, parameter")
        .vendor("https://client.cdn77.com/support/knowledgebase/cdn-resource/how-do-i-set-up-signed-urls")
        .link("?secure={token},{expires?}")
        .hash("md5:base64url", "{expires}{path}{secret}"),
    row("cdn77-path", "CDN77 Secure Token, path")
        .vendor("https://client.cdn77.com/support/knowledgebase/cdn-resource/how-do-i-set-up-signed-urls")
        .link("/{token},{expires?}{path}")
        .hash("md5:base64url", "{expires}{parent}{secret}"),
    row("cdnsun", "CDNsun URL Signing")
        .vendor("https://cdnsun.com/knowledgebase/cdn-static/setting-a-url-signing-protect-your-cdn-content")
        .link("?secure={token}&expires={expires}")
        .hash("md5:base64url", "{expires}{path}{secret}{client_ip}"),
    row("cdnvideo", "CDNvideo, signed links")
        .vendor("https://doc.cdnvideo.ru/en/api_desc/api_desc/")
        .link("?md5={token}&e={expires}")
        .hash("md5:base64url", "{secret}:{expires}:[{client_ip}:]{path}"),
    row("cloudflare", "Cloudflare, token authentication (is_timed_hmac_valid_v0)")
        .vendor("https://developers.cloudflare.com/waf/custom-rules/use-cases/configure-token-authentication/")
        .link("?verify={time}-{token}")
        .hash("hmac-sha256:base64", "{uri:raw}{time}")
        .options(&["exclusive", "ttl=3h"]),
    row("fastly", "Fastly token validation, as in its VCL sample")
        .vendor("https://docs.fastly.com/en/guides/enabling-url-token-validation")
        .link("?token={expires}_{token}")
        .hash("hmac-sha1:hex", "{uri:raw}{expires}")
        .options(&["secret=base64", "expired_status=410"]),
    row("alibaba-a", "Alibaba Cloud CDN, type A signing")
        .vendor("https://www.alibabacloud.com/help/en/cdn/user-guide/type-a-signing")
        .link("?auth_key={time}-{rand}-{uid}-{token}")
        .hash("md5:hex", "{path:raw}-{time}-{rand}-{uid}-{secret}")
        .options(&["ttl=30m"]),
    row("huawei-a", "Huawei Cloud CDN, signing method A")
        .vendor("https://support.huaweicloud.com/intl/en-us/usermanual-cdn/cdn_01_0040.html")
        .link("?auth_key={time}-{rand}-{uid}-{token}")
        .hash("md5:hex", "{path:raw}-{time}-{rand}-{uid}-{secret}")
        .options(&["ttl=30m"])
        .digests(&["sha256:hex"]),
    row("tencent-a", "Tencent Cloud CDN, Type A")
        .vendor("https://www.tencentcloud.com/document/product/228/35222")
        .link("?sign={time}-{rand}-{uid}-{token}")
        .hash("md5:hex", "{path:raw}-{time}-{rand}-{uid}-{secret}")
        .options(&["ttl=30m"]),
    row("edgeone-a", "Tencent EdgeOne, authentication method A")
        .vendor("https://www.tencentcloud.com/document/product/1145/62475")
        .link("?sign={time}-{rand}-{uid}-{token}")
        .hash("md5:hex", "{path:raw}-{time}-{rand}-{uid}-{secret}")
        .options(&["ttl=30m"])
        .digests(&["sha256:hex"]),
    row("alibaba-b", "Alibaba Cloud CDN, type B signing")
        .vendor("https://www.alibabacloud.com/help/en/cdn/user-guide/type-b-signing")
        .link("/{time:yyyymmddhhmm+8}/{token}{path}")
        .hash("md5:hex", "{secret}{time}{path:raw}")
        .options(&["ttl=30m"]),
    row("tencent-b", "Tencent Cloud CDN, Type B")
        .vendor("https://www.tencentcloud.com/document/product/228/35223")
        .link("/{time:yyyymmddhhmm+8}/{token}{path}")
        .hash("md5:hex", "{secret}{time}{path:raw}")
        .options(&["ttl=30m"]),
    row("alibaba-c", "Alibaba Cloud CDN, type C signing, format 1")
        .vendor("https://www.alibabacloud.com/help/en/cdn/user-guide/type-c-signing")
        .link("/{token}/{time:hex}{path}")
        .hash("md5:hex", "{secret}{path:raw}{time}")
        .options(&["ttl=30m"]),
    row("edgeone-c", "Tencent EdgeOne, authentication method C")
        .vendor("https://www.tencentcloud.com/document/product/1145/62477")
        .link("/{token}/{time:hex}{path}")
        .hash("md5:hex", "{secret}{path:raw}{time}")
        .options(&["ttl=30m"])
        .digests(&["sha256:hex"]),
    row("alibaba-c2", "Alibaba Cloud CDN, type C signing, format 2")
        .vendor("https://www.alibabacloud.com/help/en/cdn/user-guide/type-c-signing")
        .link("?KEY1={token}&KEY2={time:hex}")
        .hash("md5:hex", "{secret}{path:raw}{time}")
        .options(&["ttl=30m"]),
    row("tencent-c", "Tencent Cloud CDN, Type C")
        .vendor("https://www.tencentcloud.com/document/product/228/35224")
        .link("/{token}/{time}{path}")
        .hash("md5:hex", "{secret}{time}{path:raw}")
        .options(&["ttl=30m"]),
    row("tencent-d", "Tencent Cloud CDN, Type D")
        .vendor("https://www.tencentcloud.com/document/product/228/35225")
        .link("?sign={token}&t={time}")
        .hash("md5:hex", "{secret}{path:raw}{time}")
        .options(&["ttl=30m"]),
    row("edgeone-d", "Tencent EdgeOne, authentication method D")
        .vendor("https://www.tencentcloud.com/document/product/1145/62478")
        .link("?sign={token}&t={time}")
        .hash("md5:hex", "{secret}{path:raw}{time}")
        .options(&["ttl=30m"])
        .digests(&["sha256:hex"]),
    row("qiniu", "Qiniu CDN, timestamp hotlink protection")
        .vendor("https://developer.qiniu.com/fusion/3841/timestamp-hotlinking-prevention-fusion")
        .link("?sign={token}&t={expires:hex}")
        .hash("md5:hex", "{secret}{path:raw}{expires}"),
    row("flussonic", "Flussonic Media Server, securetoken")
        .vendor("https://flussonic.com/doc/authorize-with-securelink/")
        .link("?token={token}-{salt}-{expires}-{start}")
        .hash("sha1:hex", "{stream}[{client_ip}|no_check_ip]{start}{expires}{secret}{salt}")
        .bound(ClientIp::Always),
    row("lighttpd", "lighttpd mod_secdownload, md5")
        .vendor("https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_ModSecDownload")
        .link("/{token}/{time:hex}{path}")
        .hash("md5:hex", "{secret}{path}{time}")
        .options(&["window", "ttl=60s", "expired_status=410"]),
    row("lighttpd-hmac-sha1", "lighttpd mod_secdownload, hmac-sha1")
        .vendor("https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_ModSecDownload")
        .link("/{token}/{time:hex}{path}")
        .hash("hmac-sha1:base64url", "/{time}{path}")
        .options(&["window", "ttl=60s", "expired_status=410"]),
    row("lighttpd-hmac-sha256", "lighttpd mod_secdownload, hmac-sha256")
        .vendor("https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_ModSecDownload")
        .link("/{token}/{time:hex}{path}")
        .hash("hmac-sha256:base64url", "/{time}{path}")
        .options(&["window", "ttl=60s", "expired_status=410"]),
];
