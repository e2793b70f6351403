// What `auth_request` asks: a service that answers 204 or 403 to the URL in X-Original-URI.
//
// usage: node service.js PORT SECRET
const crypto = require('crypto');
const http = require('http');

const [port, secret] = process.argv.slice(2);

function opens(uri) {
    const [path, query] = uri.split('?', 2);
    const args = new URLSearchParams(query);
    const expires = args.get('expires');
    const token = Buffer.from(args.get('md5') || '');
    const digest = crypto.createHash('md5').update(`${expires}${decodeURIComponent(path)} ${secret}`).digest('base64url');
    return token.length === digest.length && crypto.timingSafeEqual(token, Buffer.from(digest)) && Number(expires) >= Date.now() / 1000;
}

http.createServer((request, response) => {
    let status = 403;
    try {
        if (opens(request.headers['x-original-uri'] || '')) {
            status = 204;
        }
    } catch (error) {
        console.error(error);
    }
    response.writeHead(status).end();
}).listen(Number(port), '127.0.0.1');
