# Debian's NGINX with the module and the command, installed as the packages that `make deb` builds.
#
#   docker build -t nginx-secure-token .
#   docker build --target test .                          all tests, on Debian's NGINX
#
#   docker run --rm -p 8080:8080 nginx-secure-token       the demonstration: http://127.0.0.1:8080/
#
# docs/containers.md tells how to run it with a configuration and secrets of your own, and without root.

FROM rust:1-slim-bookworm AS build
WORKDIR /src
# Before the sources, so that a change in those does not install it all again.
COPY Cargo.toml .
COPY tools/deps tools/apt-install tools/while-silent tools/
RUN tools/deps build system deb
COPY . .
RUN make deb

FROM build AS test
RUN make test NGINX=system

FROM debian:bookworm-slim
# Who is not root needs places for the number of the process and for what comes in and out in pieces.
RUN --mount=type=bind,from=build,source=/src/build/deb,target=/packages \
    apt-get update \
    && apt-get install -y --no-install-recommends nginx curl /packages/*.deb \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /etc/nginx/sites-enabled/default \
    && ln -sf /dev/stdout /var/log/nginx/access.log \
    && ln -sf /dev/stderr /var/log/nginx/error.log \
    && chmod 1777 /run /var/lib/nginx \
    && nginx -t \
    && rm -f /run/nginx.pid
COPY demo /usr/share/nginx-secure-token/demo
COPY signers/web/index.html /usr/share/nginx-secure-token/signers/web/
# What demo/run goes by. It has to listen on the container's own address to be reached from outside.
ENV NGINX_BINARY=/usr/sbin/nginx \
    SECURE_TOKEN_MODULE=/usr/lib/nginx/modules/ngx_http_secure_token_module.so \
    SECURE_TOKEN_CLI=/usr/bin/secure-token \
    LISTEN=0.0.0.0 \
    PORT=8080
EXPOSE 8080
# Any answer, be it 403 or 404, is one of an NGINX that works.
HEALTHCHECK --interval=10s --timeout=3s CMD curl -s -o /dev/null "http://127.0.0.1:$PORT/"
CMD ["/usr/share/nginx-secure-token/demo/run"]
