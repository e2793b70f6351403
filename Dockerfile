# The module with Debian's NGINX.
#
#   docker build -t nginx-secure-token .
#   docker build --target test .                          all tests, on Debian's NGINX
#
#   docker run --rm -p 8080:8080 nginx-secure-token       the demonstration: http://127.0.0.1:8080/
#
# With a configuration of your own, in which the module is there already (a whole nginx.conf of your
# own, mounted over /etc/nginx/nginx.conf, has to `include /etc/nginx/modules-enabled/*.conf;`):
#
#   docker run --rm -p 80:80 -v "$PWD/my-site.conf:/etc/nginx/conf.d/my-site.conf:ro" \
#       -v "$PWD/my-files:/srv:ro" nginx-secure-token nginx -g 'daemon off;'

FROM rust:1-slim-bookworm AS build
WORKDIR /src
# Before the sources, so that a change in those does not install it all again.
COPY Cargo.toml .
COPY tools/deps tools/apt-install tools/while-silent tools/
RUN tools/deps build system
COPY . .
RUN make build cli NGINX=system

FROM build AS test
RUN make test NGINX=system

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends nginx curl \
    && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/default \
    && ln -sf /dev/stdout /var/log/nginx/access.log \
    && ln -sf /dev/stderr /var/log/nginx/error.log \
    && echo 'load_module modules/ngx_http_secure_token_module.so;' \
        >/etc/nginx/modules-enabled/50-mod-http-secure-token.conf
COPY --from=build /src/build/system/ngx_http_secure_token_module.so /usr/lib/nginx/modules/
COPY --from=build /src/build/secure-token /usr/local/bin/
COPY demo /usr/share/nginx-secure-token/demo
COPY signers/web/index.html /usr/share/nginx-secure-token/signers/web/
# A module for another NGINX than this one is found out here.
RUN nginx -t
# What demo/run goes by. It has to listen on the container's own address to be reached from outside.
ENV NGINX_BINARY=/usr/sbin/nginx \
    SECURE_TOKEN_MODULE=/usr/lib/nginx/modules/ngx_http_secure_token_module.so \
    SECURE_TOKEN_CLI=/usr/local/bin/secure-token \
    LISTEN=0.0.0.0 \
    PORT=8080
EXPOSE 8080
CMD ["/usr/share/nginx-secure-token/demo/run"]
