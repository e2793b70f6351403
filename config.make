# The rule for the library that config names. Its sources are those of now: who adds a file runs configure again.

secure_token_dir=`cd "$ngx_addon_dir" && pwd`
secure_token_objs=`cd $NGX_OBJS && pwd`
secure_token_target=$secure_token_objs/secure-token
secure_token_library=$NGX_OBJS/secure-token/release/libngx_http_secure_token_module.a
secure_token_sources=`cd "$secure_token_dir" && find Cargo.toml Cargo.lock build.rs src abi links/src token/src playlist/src -type f \
    | sed "s|^|$secure_token_dir/|" | tr '\n' ' '`

# What is linked with it.
case " $DYNAMIC_ADDONS " in
    *" $ngx_addon_dir "*) secure_token_linked=$NGX_OBJS/ngx_http_secure_token_module.so ;;
    *) secure_token_linked=$NGX_OBJS/nginx ;;
esac

cat << END                                                    >> $NGX_MAKEFILE

$secure_token_linked:	$secure_token_library

# Cargo leaves alone what is not changed, so make is told that it was looked at.
$secure_token_library:	$NGX_OBJS/ngx_auto_config.h $secure_token_sources
	cd $secure_token_dir && \\
	env -u CARGO_BUILD_TARGET NGINX_SOURCE_DIR=$PWD NGINX_BUILD_DIR=$secure_token_objs CARGO_TARGET_DIR=$secure_token_target \\
		cargo rustc --locked --release --no-default-features --features linked-by-nginx \\
		--package ngx_http_secure_token_module --lib --crate-type staticlib
	test -s $secure_token_library && touch $secure_token_library

END
