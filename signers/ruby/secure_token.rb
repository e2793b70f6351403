# frozen_string_literal: true

require "digest"
require "ipaddr"
require "openssl"

# Signs links for nginx-secure-token: ectoken (version 3), and the schemes of the table SCHEMES.
#
# Copy this file into your project. Ruby 3.0 or newer, nothing but its own library.
#
#   require_relative "secure_token"
#   SecureToken.azion("https://cdn.example.com/my%20film.mp4", secret, Time.now.to_i + 3600)
#   SecureToken.sign("fastly", "https://cdn.example.com/a.mp4?x=1", secret, Time.now.to_i + 3600)
#
# The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
# /../ in the path. It comes back with the token in its query or in front of its path; all else stays as
# it is. What cannot be signed raises ArgumentError.
#
#   expires      Unix time in seconds
#   client_ip    the only address that the link is good for (gcore, leaseweb)
#   path         sign this path as it is and not the URL's: for a directory
#   lifetime     seconds that the server lets a link open (alibaba-b); 1800 if not given
#   token_param, expires_param, param     other names for the token's parameters
module SecureToken
  # The expiry of an ectoken that shall have none.
  NEVER = :never

  CLAIMS = %w[url_allow country_allow country_deny ref_allow ref_deny host_allow host_deny
              proto_allow proto_deny clientip].freeze

  # What a link looks like, how the message is hashed and the token written, what the message is, how the
  # secret is written, and how many seconds a link opens that says when it was issued.
  SCHEMES = {
    "azion" => ["?st={token}&e={expires}", "md5:base64url", "{secret}{path}{expires}", "text", nil],
    "gcore" => ["?md5={token}&expires={expires}", "md5:base64url",
                "{expires}{path}{client_ip} {secret}", "text", nil],
    "leaseweb" => ["?st={token}&e={expires}", "md5:base64url", "{secret}{client_ip}{path}{expires}", "text", nil],
    "fastly" => ["?token={expires}_{token}", "hmac-sha1:hex", "{uri:raw}{expires}", "base64", nil],
    "alibaba-b" => ["/{time:yyyymmddhhmm+8}/{token}{path}", "md5:hex", "{secret}{time}{path:raw}", "text", 1800]
  }.freeze

  class << self
    # Signs in any of the schemes. The options are those of azion and gcore, or of ectoken.
    def sign(scheme, url, secret, expires, **options)
      return ectoken(url, secret, expires, **options) if scheme == "ectoken"
      unless SCHEMES.key?(scheme)
        raise ArgumentError, "unknown scheme #{scheme}: write #{SCHEMES.keys.join(', ')} or ectoken"
      end

      sign_digest(scheme, url, secret, expires, **options)
    end

    def azion(url, secret, expires, **options)
      sign_digest("azion", url, secret, expires, **options)
    end

    def gcore(url, secret, expires, **options)
      sign_digest("gcore", url, secret, expires, **options)
    end

    # Claims are CLAIMS by name, such as country_allow: "DE,FR". Without url_allow the link opens
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
      claims.each { |name, value| pairs << claim(name.to_s, value.b) }
      token = seal(pairs.map(&:b).join("&"), bytes_of(secret))
      raise ArgumentError, "the token is longer than 6144 characters: give it shorter claims" if token.size > 6144

      param ? link.with([param, token]) : link.with_bare(token)
    end

    private

    def sign_digest(scheme, url, secret, expires, client_ip: nil, path: nil, token_param: nil,
                    expires_param: nil, lifetime: nil)
      form, digest, message, written, usual = SCHEMES.fetch(scheme)
      if client_ip && !message.include?("{client_ip}")
        raise ArgumentError, "#{scheme} binds no client_ip: take gcore, or ectoken with the claim clientip"
      end
      raise ArgumentError, "#{scheme} has no lifetime: its links say when they expire" if lifetime && !usual

      link = Link.new(url, path)
      key = bytes_of(secret, written)
      raw = path ? link.path : link.raw
      time = usual ? issue(expires, lifetime || usual) : ""
      fields = {
        "{secret}" => key, "{client_ip}" => client_ip.nil? ? "" : canonical(client_ip),
        "{path}" => link.path, "{path:raw}" => raw, "{uri:raw}" => link.with_query(raw),
        "{expires}" => expiry(expires), "{time}" => time, "{time:yyyymmddhhmm+8}" => time
      }
      fields["{token}"] = digest(digest, key, fill(message, fields))
      if form.start_with?("/")
        if token_param || expires_param
          raise ArgumentError, "#{scheme} has its token in the path, and no parameter to rename"
        end

        return link.with_path(fill(form, fields.merge("{path}" => link.raw)))
      end
      params = form[1..].split("&").map { |param| param.split("=") }
      raise ArgumentError, "#{scheme} has no parameter of the expiry's own" if expires_param && params.size < 2

      link.with(*params.zip([token_param, expires_param]).map { |(name, value), new| [new || name, fill(value, fields)] })
    end

    def fill(form, fields)
      form.b.gsub(/\{[^}]+\}/) { |field| fields.fetch(field).b }
    end

    def digest(digest, key, message)
      function, encoding = digest.split(":")
      name = function.delete_prefix("hmac-")
      made = name == function ? OpenSSL::Digest.digest(name, message) : OpenSSL::HMAC.digest(name, key, message)
      encoding == "hex" ? made.unpack1("H*") : base64url(made)
    end

    # To the minute, by the clock of UTC+8.
    def issue(expires, lifetime)
      unless lifetime.is_a?(Integer) && lifetime.between?(1, expiry(expires).to_i)
        raise ArgumentError, "the lifetime must be a whole number of seconds, from 1 to the expiry"
      end

      Time.at(expires - lifetime, in: "+08:00").strftime("%Y%m%d%H%M")
    end

    def bytes_of(secret, written = "text")
      raise ArgumentError, "the secret is empty: take 16 random bytes or more" if secret.empty?
      return secret.b if written == "text"

      key = secret.unpack1("m")
      unless [key].pack("m0") == secret.b
        raise ArgumentError, "the secret must be written in base64, with its = at the end"
      end

      key
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

    def claim(name, value)
      raise ArgumentError, "there is no claim #{name}: write one of #{CLAIMS.join(', ')}" unless CLAIMS.include?(name)
      unless value.match?(/\A[^\x00-\x1f\x7f&]+\z/n)
        raise ArgumentError, "the claim #{name} is empty, or has an & or a control character"
      end

      "ec_#{name}=".b + value
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
    attr_reader :path, :raw

    def initialize(url, path)
      match = URL.match(url.b) or raise ArgumentError, "the URL has no path: write https://host/path or /path"
      @raw = match[:raw]
      if url.b =~ /[^!-~]/n || raw =~ /%(?!\h\h)/
        raise ArgumentError, "the URL must be percent-encoded: %20 for a blank, %25 for a %"
      end

      @origin, @query, @fragment = match[:origin], match[:query].to_s, match[:fragment]
      # Not decode_www_form_component: in a path, + is a plus.
      @path = path ? path.b : raw.gsub(/%\h\h/) { |code| [code[1..]].pack("H2") }
      raise ArgumentError, "the path to sign must begin with /" unless @path.start_with?("/")
      if @path =~ /[\x00-\x1f\x7f]/n
        raise ArgumentError, "the path has a control character, and no link opens it: rename it"
      end
    end

    def with_query(path)
      @query.empty? ? path : "#{path.b}?#{@query}"
    end

    def with_path(path)
      "#{@origin}#{with_query(path)}#{@fragment}"
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
  SecureToken::SCHEMES.each { |name, row| puts [name, *row.map { |value| value || "-" }].join("\t") }
elsif $PROGRAM_NAME == __FILE__
  require "optparse"

  given = {}
  options = {}
  parser = OptionParser.new do |on|
    on.banner = "usage: secure_token.rb --scheme #{[*SecureToken::SCHEMES.keys, 'ectoken'].join('|')} --secret-file FILE " \
                "(--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH] " \
                "[--lifetime SECONDS] [--claim name=value]... [--param NAME] URL"
    on.require_exact = true
    on.on("--scheme NAME", [*SecureToken::SCHEMES.keys, "ectoken"])
    on.on("--secret-file FILE")
    on.on("--expires-in SECONDS", /\A\d+\z/)
    on.on("--expires-at UNIX", /\A\d+\z/)
    on.on("--client-ip ADDRESS") { |address| options[:client_ip] = address }
    on.on("--path PATH") { |path| options[:path] = path }
    on.on("--lifetime SECONDS", /\A\d+\z/) { |seconds| options[:lifetime] = seconds.to_i }
    on.on("--param NAME")
    on.on("--claim CLAIM") do |claim|
      name, _, value = claim.partition("=")
      if !SecureToken::CLAIMS.include?(name) || options.key?(name.to_sym)
        raise ArgumentError, "--claim is name=value, once for each name of #{SecureToken::CLAIMS.join(', ')}"
      end

      options[name.to_sym] = value
    end
  end

  begin
    url, *more = parser.parse(ARGV, into: given)
    scheme, seconds, at = given.values_at(:scheme, :"expires-in", :"expires-at")
    raise ArgumentError, parser.banner if !url || more.any? || !scheme || !given[:"secret-file"] || !seconds == !at
    raise ArgumentError, "--expires-in must be a positive number of seconds" if seconds.to_i.zero? && !at
    if scheme == "ectoken" ? options.key?(:client_ip) || options.key?(:lifetime) : given.key?(:claim)
      raise ArgumentError, "--claim goes with ectoken (--claim clientip=ADDRESS), --client-ip and --lifetime with others"
    end

    secret = File.binread(given[:"secret-file"]).sub(/\r?\n\z/n, "")
    expires = at ? at.to_i : Time.now.to_i + seconds.to_i
    options[scheme == "ectoken" ? :param : :token_param] = given[:param] if given.key?(:param)
    puts SecureToken.sign(scheme, url, secret, expires, **options)
  rescue ArgumentError, OptionParser::ParseError, SystemCallError => e
    usage = "; #{parser.banner}" if e.is_a?(OptionParser::ParseError)
    warn "secure_token.rb: #{e.message}#{usage}"
    exit 2
  end
end
