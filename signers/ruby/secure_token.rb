# frozen_string_literal: true

require "digest"
require "ipaddr"
require "openssl"
require "securerandom"

# Signs links for nginx-secure-token: the formats of the table SCHEMES and those of your own, akamai, bunny,
# and ectoken (version 3).
#
# Copy this file into your project. Ruby 3.0 or newer, nothing but its own library.
#
#   require_relative "secure_token"
#   expires = Time.now.to_i + 3600
#   SecureToken.sign("azion", "https://cdn.example.com/my%20film.mp4", secret, expires)
#   SecureToken.sign("alibaba-a", "https://cdn.example.com/a.mp4?x=1", secret, expires, fields: { "uid" => "42" })
#   SecureToken.sign_format("?sig={token}&exp={expires}", "hmac-sha256:hex", '{expires}\n{path}',
#                           "https://cdn.example.com/a.mp4", secret, expires)
#
# The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
# /../ in the path. It comes back with the token in its query or in its path; all else stays as it is. What
# cannot be signed raises ArgumentError.
#
#   expires      Unix time in seconds, or NEVER where the format has no expiry or may leave it out
#   client_ip    the only address that the link is good for, where {client_ip} is in the message
#   path         sign this path as it is and not the URL's: for a directory
#   lifetime     seconds that the server lets a link open that has its time of issue, if not the usual
#   link, digest     another link or digest than the scheme's, as secure_token_link and _digest say
#   token_param, expires_param, param     other names for the token's parameters
#   fields       the values of other fields of the link; without, rand and salt are random, uid and start
#                are 0, and what may be absent is
module SecureToken
  # The expiry of a link that shall have none.
  NEVER = :never

  CLAIMS = {
    "ectoken" => %w[url_allow country_allow country_deny ref_allow ref_deny host_allow host_deny
                    proto_allow proto_deny clientip],
    "akamai" => %w[st acl id data salt],
    "bunny" => %w[token_path token_countries token_countries_blocked]
  }.freeze

  # The name, what a link looks like, how the message is hashed and the token written, what the message is,
  # how the secret is written, and how many seconds a link opens that says when it was issued.
  SCHEMES = <<~'ROWS'.lines(chomp: true).to_h { |row| [row[/\S+/], row.split("  ").drop(1)] }.freeze
    azion  ?st={token}&e={expires}  md5:base64url  {secret}{path}{expires}  text  -
    gcore  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -
    gcore-video  /{kind}/{account}_{video}/{token}/{expires}{path}  md5:base64url  {account}_{video}_{secret}_{expires}_{client_ip}  text  -
    gcore-mp4  ?md5={token}&expires={expires}&speed={speed?}&buffer={buffer?}  md5:base64url  {path}_{secret}_{expires}_{speed}_{buffer}_{client_ip}  text  -
    secure-link  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -
    secure-link-secret  /{prefix}/{token}/{link*}  md5:hex  {link}{secret}  text  -
    secure-link-hmac  ?st={token}&ts={time:iso}&e={ttl}  hmac-sha256:base64url  {path}|{time}|{ttl}  text  -
    leaseweb  ?st={token}&e={expires}  md5:base64url  {secret}{client_ip}{path}{expires}  text  -
    bunny-basic  ?token={token}&expires={expires}  md5:base64url  {secret}{path}{expires}{client_ip}  text  -
    keycdn  ?token={token}&expire={expires}  md5:base64url  {path}{secret}{expires}  text  -
    keycdn-image  ?token={token}  md5:base64url  {path}{args}{secret}  text  -
    cdn77  ?secure={token},{expires?}  md5:base64url  {expires}{path}{secret}  text  -
    cdn77-path  /{token},{expires?}{path}  md5:base64url  {expires}{parent}{secret}  text  -
    cdnsun  ?secure={token}&expires={expires}  md5:base64url  {expires}{path}{secret}{client_ip}  text  -
    cdnvideo  ?md5={token}&e={expires}  md5:base64url  {secret}:{expires}:[{client_ip}:]{path}  text  -
    cloudflare  ?verify={time}-{token}  hmac-sha256:base64  {uri:raw}{time}  text  10800
    fastly  ?token={expires}_{token}  hmac-sha1:hex  {uri:raw}{expires}  base64  -
    alibaba-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
    huawei-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
    tencent-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
    edgeone-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
    alibaba-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
    tencent-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
    alibaba-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800
    edgeone-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800
    alibaba-c2  ?KEY1={token}&KEY2={time:hex}  md5:hex  {secret}{path:raw}{time}  text  1800
    tencent-c  /{token}/{time}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
    tencent-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800
    edgeone-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800
    qiniu  ?sign={token}&t={expires:hex}  md5:hex  {secret}{path:raw}{expires}  text  -
    flussonic  ?token={token}-{salt}-{expires}-{start}  sha1:hex  {stream}[{client_ip}|no_check_ip]{start}{expires}{secret}{salt}  text  -
    lighttpd  /{token}/{time:hex}{path}  md5:hex  {secret}{path}{time}  text  60
    lighttpd-hmac-sha1  /{token}/{time:hex}{path}  hmac-sha1:base64url  /{time}{path}  text  60
    lighttpd-hmac-sha256  /{token}/{time:hex}{path}  hmac-sha256:base64url  /{time}{path}  text  60
  ROWS

  FIELD = /\{([a-z0-9_]+):?([^{}?*]*)([?*]?)\}([^{&\/]*)/.freeze
  # The characters that a field may have.
  PLAIN = "[!$'-.0-<>@-\\[\\]-~]"

  class << self
    # Signs in any of the schemes.
    def sign(scheme, url, secret, expires, **options)
      return public_send(scheme, url, secret, expires, **options) if CLAIMS.key?(scheme)
      unless SCHEMES.key?(scheme)
        raise ArgumentError, "unknown scheme #{scheme}: write #{[*SCHEMES.keys, *CLAIMS.keys].join(', ')}"
      end

      link, digest, message, form, usual = SCHEMES.fetch(scheme)
      row = { link: link, digest: digest, secret_form: form, lifetime: usual == "-" ? nil : usual.to_i }
      row.merge!(options) { |_, old, new| new || old }
      sign_format(row.delete(:link), row.delete(:digest), message, url, secret, expires, **row)
    end

    def azion(url, secret, expires, **options)
      sign("azion", url, secret, expires, **options)
    end

    def gcore(url, secret, expires, **options)
      sign("gcore", url, secret, expires, **options)
    end

    # Signs in a format: what a link looks like, its digest and its message, as in secure_token_format.
    def sign_format(form, digest, message, url, secret, expires, secret_form: "text", client_ip: nil, path: nil,
                    token_param: nil, expires_param: nil, lifetime: nil, fields: {})
      if client_ip && !message.include?("{client_ip}")
        raise ArgumentError, "the message binds no client_ip: take gcore, or ectoken with the claim clientip"
      end

      link = Link.new(url, path)
      key = bytes_of(secret, secret_form)
      front, raw, in_path = link.split(form)
      signed = path ? link.path : link.path.byteslice((link.raw.size - raw.size)..)
      unread = path ? signed : raw
      directory = signed[/.*\//mn]
      values = {
        "secret" => key, "path" => signed, "path:raw" => unread, "uri:raw" => link.with_query(unread),
        "args" => link.query, "dir" => directory, "parent" => directory.chomp("/"),
        "stream" => directory.delete_prefix("/").chomp("/"), "client_ip" => client_ip ? canonical(client_ip) : ""
      }
      known = form.scan(FIELD)
      values.merge!(times(known, expires, lifetime), in_path)
      fields = fields.transform_keys(&:to_s)
      known.each do |name, spelling, mark, behind|
        next if name == "token" || values.key?(name)

        values[name] = mark == "*" ? link.with_query(raw[1..]) : field(name, spelling, mark, behind, fields.delete(name))
      end
      unless fields.empty?
        raise ArgumentError, "the link has no field #{fields.keys.join(', ')}, or it is not given so"
      end
      if message.include?("{parent}") && values["parent"].empty?
        raise ArgumentError, "there is no directory above the file: sign a path that has one"
      end

      values["token"] = digest(digest, key, fill(message.b, values))
      link.with_fields(form, front, values.merge("path" => raw), token_param, expires_param)
    end

    # Claims are those of CLAIMS, such as acl: "/films/*". Without acl the link opens the URL's path alone.
    def akamai(url, secret, expires, client_ip: nil, param: "hdnts", **claims)
      link = Link.new(url, nil)
      claims = checked("akamai", claims, "~")
      pairs = { "ip" => client_ip && canonical(client_ip), "st" => nil, "exp" => expiry(expires), **claims }
      salt = pairs.delete("salt")
      body = pairs.compact.map { |name, value| "#{name}=#{value}" }.join("~")
      message = body + (claims.key?("acl") ? "" : "~url=#{link.raw}") + (salt ? "~salt=#{salt}" : "")
      code = OpenSSL::HMAC.hexdigest("SHA256", bytes_of(secret, "hex"), message)
      link.with([param, "#{escape(body, "-._~!*'(),;:@/?=$")}~hmac=#{code}"])
    end

    # Claims are those of CLAIMS, such as token_path: "/films/", which the link then opens with all below.
    def bunny(url, secret, expires, client_ip: nil, param: "token", **claims)
      link = Link.new(url, nil)
      claims = checked("bunny", claims, "&")
      address = client_ip ? IPAddr.new(canonical(client_ip)).hton : ""
      # Of IPv6, the network counts.
      address = address[0, 8] + "\0" * 8 if address.size == 16
      sent = link.query.split("&").reject(&:empty?).map do |piece|
        piece.tr("+", " ").partition("=").values_at(0, 2).map { |text| Link.decode(text) }
      end
      pairs = [*claims.map { |pair| pair.map(&:b) }, *sent].sort.map { |pair| pair.join("=") }
      message = (claims["token_path"] || link.raw).b + expiry(expires) + address + pairs.join("&")
      made = OpenSSL::HMAC.digest("SHA256", bytes_of(secret), message)
      link.with([param, "HS256-#{'1-' unless address.empty?}#{base64url(made)}"], ["expires", expiry(expires)],
                *claims.map { |name, value| [name, escape(value, "-._~")] })
    end

    # Claims are those of CLAIMS, such as country_allow: "DE,FR". Without url_allow the link opens
    # whatever begins with the URL's path. Without param the token is the first piece of the query.
    def ectoken(url, secret, expires, path: nil, param: nil, **claims)
      link = Link.new(url, path)
      pairs = expires == NEVER ? [] : ["ec_expire=#{expiry(expires)}"]
      if claims.key?(:url_allow)
        raise ArgumentError, "path and url_allow say the same thing: write one of them" if path
      else
        if link.path =~ /[,&]| \z/n
          raise ArgumentError, "a path with a comma, an & or a blank at its end is no url_allow: write url_allow yourself"
        end

        pairs << "ec_url_allow=#{link.path}"
      end
      checked("ectoken", claims, "&").each { |name, value| pairs << "ec_#{name}=#{value}" }
      token = seal(pairs.map(&:b).join("&"), bytes_of(secret))
      raise ArgumentError, "the token is longer than 6144 characters: give it shorter claims" if token.size > 6144

      param ? link.with([param, token]) : link.with_bare(token)
    end

    private

    def fill(message, values)
      message.gsub(/\\(.)|\[((?:\\.|[^\]\\|])*)(?:\|((?:\\.|[^\]\\])*))?\]|\{\{|\}\}|\{([^{}]*)\}|\$/mn) do |piece|
        escaped, inside, otherwise, field = $~.captures
        next { "n" => "\n", "t" => "\t" }.fetch(escaped, escaped) if escaped
        next piece[0] if ["{{", "}}"].include?(piece)
        next fill(values[inside[/\{(.*?)\}/, 1]] == "" ? otherwise.to_s : inside, values) if inside

        values.fetch(field) do
          raise ArgumentError, "the message has #{piece}, which the link has not: " \
                               "no variables of NGINX can be signed here"
        end.b
      end
    end

    def times(known, expires, lifetime)
      names = known.to_h { |name, spelling, mark| [name, [spelling, mark]] }
      name = %w[expires time].find { |one| names.key?(one) }
      if lifetime && name != "time"
        raise ArgumentError, "these links have no lifetime: they say when they expire, or open for ever"
      end
      if !name || (expires == NEVER && !names[name][1].empty?)
        raise ArgumentError, "these links do not expire: leave the expiry out (NEVER)" unless expires == NEVER

        return name ? { name => "" } : {}
      end
      spelling = names[name][0]
      if expires == NEVER && names.key?("ttl")
        return { name => written(Time.now.to_i, spelling), "ttl" => "0" }
      end

      seconds = expiry(expires).to_i
      # Where the link says how long it opens, that is from now on.
      lifetime ||= [1, seconds - Time.now.to_i].max if names.key?("ttl")
      if name == "time"
        unless lifetime.is_a?(Integer) && lifetime.between?(1, seconds)
          raise ArgumentError, "the lifetime must be a whole number of seconds, from 1 to the expiry"
        end

        seconds -= lifetime
      end
      { name => written(seconds, spelling), "ttl" => lifetime.to_s }
    end

    def written(seconds, spelling)
      return format("%08x", seconds) if spelling == "hex"
      return seconds.to_s unless spelling.start_with?("yyyymmddhhmm")

      Time.at(seconds + spelling[12..].to_i * 3600).utc.strftime("%Y%m%d%H%M")
    end

    def field(name, spelling, mark, behind, value)
      value ||= { "rand" => SecureRandom.hex(16), "salt" => SecureRandom.hex(16), "uid" => "0", "start" => "0" }[name].to_s
      if !value.match?(/\A#{PLAIN}*\z/o) || (!behind.empty? && value.include?(behind))
        raise ArgumentError, "the field #{name} has characters that would end it: write letters and digits"
      end
      raise ArgumentError, "the link has a field #{name}: give it a value" if value.empty? && mark.empty?

      name == "start" && value != "0" ? written(Integer(value, 10), spelling) : value
    end

    def digest(digest, key, message)
      function, encoding = digest.split(":")
      name = function.delete_prefix("hmac-")
      unless %w[md5 sha1 sha256 sha384 sha512].include?(name) && %w[hex base64 base64url].include?(encoding)
        raise ArgumentError, "there is no digest #{digest}: write md5:hex or hmac-sha256:base64url, for example"
      end

      made = name == function ? OpenSSL::Digest.digest(name, message) : OpenSSL::HMAC.digest(name, key, message)
      return made.unpack1("H*") if encoding == "hex"

      # In a query, + is a blank.
      encoding == "base64" ? escape([made].pack("m0"), "") : base64url(made)
    end

    def bytes_of(secret, form = "text")
      raise ArgumentError, "the secret is empty: take 16 random bytes or more" if secret.empty?

      secret = secret.b
      case form
      when "text" then return secret
      when "hex" then return [secret].pack("H*") if secret.match?(/\A(?:\h\h)+\z/n)
      else
        text = form == "base64" ? secret : secret.tr("-_", "+/").sub(/=*\z/n, "")
        text += "=" * (-text.size % 4) if form == "base64url"
        key = text.unpack1("m")
        return key if !key.empty? && [key].pack("m0") == text
      end
      raise ArgumentError, "the secret must be written in #{form}, base64 with its = at the end"
    end

    # Percent-encodes all but letters, digits and these.
    def escape(text, plain)
      text.b.gsub(/[^A-Za-z0-9#{Regexp.escape(plain)}]/n) { |byte| format("%%%02X", byte.ord) }
    end

    def checked(scheme, claims, ending)
      claims.to_h do |name, value|
        unless CLAIMS[scheme].include?(name.to_s)
          raise ArgumentError, "there is no claim #{name}: write one of #{CLAIMS[scheme].join(', ')}"
        end
        unless value.b.match?(/\A[^\x00-\x1f\x7f#{ending}]+\z/n)
          raise ArgumentError, "the claim #{name} is empty, or has an #{ending} or a control character"
        end

        [name.to_s, value.b]
      end
    end

    def expiry(expires)
      unless expires.is_a?(Integer) && expires.between?(1, 9_999_999_999)
        raise ArgumentError, "the expiry must be a Unix time in whole seconds, not milliseconds: 1 to 9999999999"
      end

      expires.to_s
    end

    def canonical(address)
      # IPAddr also reads networks, zones and brackets.
      raise IPAddr::Error unless address.to_s.match?(/\A[\h.:]+\z/)

      ip = IPAddr.new(address.to_s)
      (ip.ipv4_mapped? ? ip.native : ip).to_s
    rescue IPAddr::Error
      raise ArgumentError, "the client's address must be like 192.0.2.7 or 2001:db8::1"
    end

    def seal(text, secret)
      cipher = OpenSSL::Cipher.new("aes-256-gcm").encrypt
      cipher.key = Digest::SHA256.digest(secret)
      base64url(cipher.random_iv + cipher.update(text) + cipher.final + cipher.auth_tag)
    end

    def base64url(bytes)
      [bytes].pack("m0").tr("+/", "-_").delete("=")
    end
  end

  # A URL taken apart.
  class Link
    URL = %r{\A(?<origin>https?://[^/?#]+)?(?<raw>/(?!/)[^?#]*)(?:\?(?<query>[^#]*))?(?<fragment>\#.*)?\z}i.freeze

    # What may be signed, as bytes: the path, decoded or another, and what the URL has.
    attr_reader :path, :raw, :query

    def initialize(url, path)
      match = URL.match(url.b) or raise ArgumentError, "the URL has no path: write https://host/path or /path"
      @raw = match[:raw]
      if url.b =~ /[^!-~]/n || raw =~ /%(?!\h\h)/
        raise ArgumentError, "the URL must be percent-encoded: %20 for a blank, %25 for a %"
      end

      @origin, @query, @fragment = match[:origin], match[:query].to_s, match[:fragment]
      # Not decode_www_form_component: in a path, + is a plus.
      @path = path ? path.b : Link.decode(raw)
      raise ArgumentError, "the path to sign must begin with /" unless @path.start_with?("/")
      if @path =~ /[\x00-\x1f\x7f]/n
        raise ArgumentError, "the path has a control character, and no link opens it: rename it"
      end
    end

    def self.decode(text)
      text.gsub(/%\h\h/) { |code| [code[1..]].pack("H2") }
    end

    def with_query(path)
      @query.empty? ? path : "#{path.b}?#{@query}"
    end

    # What stays in front of a token in the path, what is behind it, and the fields in front of it.
    def split(form)
      segments = form.split("/")
      first = segments.index { |segment| segment.match?(/\{(token|expires|time|start|ttl)\b/) } || 0
      return ["", raw, {}] if !form.start_with?("/") || first < 2

      front = segments.first(first).join("/")
      shape = front.gsub(/\{(\w+)\}|[^{]+/) { |text| $1 ? "(?<#{$1}>#{PLAIN}+?)" : Regexp.escape(text) }
      match = raw.match(%r{\A#{shape}(?=/)}) or
        raise ArgumentError, "the path must begin with #{front}/, behind which the token comes"
      [match[0], match.post_match, match.named_captures]
    end

    def with_fields(form, front, values, token_param, expires_param)
      filled = ->(text) { text.b.gsub(FIELD) { "#{values[$1]}#{$4}" } }
      if form.start_with?("/")
        if token_param || expires_param
          raise ArgumentError, "the token stands in the path, and there is no parameter to rename"
        end

        token = filled.(form.split("/", -1).drop(front.count("/") + 1).join("/"))
        return "#{@origin}#{front}/#{form.include?('*}') ? token : with_query(token)}#{@fragment}"
      end
      params = form[1..].split("&").map do |param|
        name, value = param.split("=", 2)
        name = token_param || name if value.include?("{token}")
        if value.match?(/\{(expires|time)\b/) && !value.include?("{token}")
          name, expires_param = expires_param || name, nil
        end
        [name, filled.(value)]
      end
      raise ArgumentError, "there is no parameter of the expiry's own to rename" if expires_param

      with(*params.reject { |_, value| value.empty? })
    end

    def with(*params)
      pieces = @query.empty? ? [] : [@query]
      names = @query.split("&").map { |piece| piece[/\A[^=]*/] }
      params.each do |name, value|
        raise ArgumentError, "names of parameters have only letters, digits, - . _ ~" unless name =~ /\A[\w.~-]+\z/
        if names.include?(name)
          raise ArgumentError, "there is a parameter #{name} already: sign without it, or take another name"
        end

        names << name
        pieces << "#{name}=#{value}"
      end
      "#{@origin}#{raw}?#{pieces.join('&')}#{@fragment}"
    end

    def with_bare(token)
      "#{@origin}#{raw}?#{[token, *(@query unless @query.empty?)].join('&')}#{@fragment}"
    end
  end
  private_constant :Link
end

# --- The command line ------------------------------------------------------------------------------

if $PROGRAM_NAME == __FILE__ && ARGV == ["--schemes"]
  SecureToken::SCHEMES.each { |name, row| puts [name, *row].join("\t") }
elsif $PROGRAM_NAME == __FILE__
  require "optparse"

  given = {}
  options = {}
  own = {}
  claims = []
  parser = OptionParser.new do |on|
    on.banner = "usage: secure_token.rb (--scheme NAME | --link LINK --digest DIGEST --message MESSAGE) " \
                "--secret-file FILE (--expires-in SECONDS | --expires-at UNIX | --never) [--client-ip ADDRESS] " \
                "[--path PATH] [--lifetime SECONDS] [--field name=value]... [--claim name=value]... " \
                "[--param NAME] URL; the NAMEs are #{[*SecureToken::SCHEMES.keys, *SecureToken::CLAIMS.keys].join(', ')}"
    on.require_exact = true
    on.on("--scheme NAME", [*SecureToken::SCHEMES.keys, *SecureToken::CLAIMS.keys])
    %i[link digest message].each { |name| on.on("--#{name} FORM") { |form| own[name] = form } }
    on.on("--secret-form FORM", %w[text hex base64 base64url]) { |form| options[:secret_form] = form }
    on.on("--secret-file FILE")
    on.on("--expires-in SECONDS", /\A\d+\z/)
    on.on("--expires-at UNIX", /\A\d+\z/)
    on.on("--never")
    on.on("--client-ip ADDRESS") { |address| options[:client_ip] = address }
    on.on("--path PATH") { |path| options[:path] = path }
    on.on("--lifetime SECONDS", /\A\d+\z/) { |seconds| options[:lifetime] = seconds.to_i }
    on.on("--param NAME")
    on.on("--field FIELD") do |field|
      name, _, value = field.partition("=")
      (options[:fields] ||= {})[name] = value
    end
    on.on("--claim CLAIM") { |claim| claims << claim.partition("=").values_at(0, 2) }
  end

  begin
    url, *more = parser.parse(ARGV, into: given)
    scheme, seconds, at = given.values_at(:scheme, :"expires-in", :"expires-at")
    if !url || more.any? || !given[:"secret-file"] || [seconds, at, given[:never]].compact.size != 1 ||
       !(scheme || own.size == 3)
      raise ArgumentError, parser.banner
    end
    raise ArgumentError, "--expires-in must be a positive number of seconds" if seconds && seconds.to_i.zero?

    has_claims = SecureToken::CLAIMS.key?(scheme)
    barred = has_claims ? %i[lifetime fields secret_form] + (scheme == "ectoken" ? %i[client_ip] : %i[path]) : []
    if barred.any? { |name| options.key?(name) } || (has_claims ? own.any? : claims.any?)
      raise ArgumentError, "--claim goes with ectoken (--claim clientip=ADDRESS), akamai and bunny, and --lifetime and " \
                           "--field with the other schemes"
    end

    claims.each do |name, value|
      known = SecureToken::CLAIMS.fetch(scheme)
      if !known.include?(name) || options.key?(name.to_sym)
        raise ArgumentError, "--claim is name=value, once for each name of #{known.join(', ')}"
      end

      options[name.to_sym] = value
    end
    secret = File.binread(given[:"secret-file"]).sub(/\r?\n\z/n, "")
    expires = seconds ? Time.now.to_i + seconds.to_i : at ? at.to_i : SecureToken::NEVER
    options[has_claims ? :param : :token_param] = given[:param] if given.key?(:param)
    if scheme
      raise ArgumentError, "the message is the scheme's: write --message without --scheme" if own.key?(:message)

      puts SecureToken.sign(scheme, url, secret, expires, **own, **options)
    else
      puts SecureToken.sign_format(*own.values_at(:link, :digest, :message), url, secret, expires, **options)
    end
  rescue ArgumentError, OptionParser::ParseError, SystemCallError => e
    usage = "; #{parser.banner}" if e.is_a?(OptionParser::ParseError)
    warn "secure_token.rb: #{e.message}#{usage}"
    exit 2
  end
end
