# frozen_string_literal: true

require "digest"
require "ipaddr"
require "openssl"

# Signs links for nginx-secure-token, in the schemes azion, gcore and ectoken (version 3).
#
# Copy this file into your project. Ruby 3.0 or newer, nothing but its own library.
#
#   require_relative "secure_token"
#   SecureToken.azion("https://cdn.example.com/my%20film.mp4", secret, Time.now.to_i + 3600)
#
# The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
# /../ in the path. It comes back with the token in its query; all else stays as it is. What cannot be
# signed raises ArgumentError.
#
#   expires      Unix time in seconds
#   client_ip    the only address that the link is good for (gcore)
#   path         sign this decoded path and not the URL's: for a directory
#   token_param, expires_param, param     other names for the token's parameters
module SecureToken
  # The expiry of an ectoken that shall have none.
  NEVER = :never

  CLAIMS = %w[url_allow country_allow country_deny ref_allow ref_deny host_allow host_deny
              proto_allow proto_deny clientip].freeze

  class << self
    def azion(url, secret, expires, path: nil, token_param: "st", expires_param: "e")
      link = Link.new(url, path)
      token = md5(bytes_of(secret) + link.path + expiry(expires))
      link.with([token_param, token], [expires_param, expires])
    end

    def gcore(url, secret, expires, client_ip: nil, path: nil, token_param: "md5", expires_param: "expires")
      link = Link.new(url, path)
      address = client_ip.nil? ? "" : canonical(client_ip)
      token = md5("#{expiry(expires)}#{link.path}#{address} ".b + bytes_of(secret))
      link.with([token_param, token], [expires_param, expires])
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

    def bytes_of(secret)
      raise ArgumentError, "the secret is empty: take 16 random bytes or more" if secret.empty?

      secret.b
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

    def md5(text)
      base64url(Digest::MD5.digest(text))
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
    URL = %r{\A(?<front>(?:https?://[^/?#]+)?(?<raw>/(?!/)[^?#]*))(?:\?(?<query>[^#]*))?(?<fragment>\#.*)?\z}i.freeze

    # What is signed: bytes.
    attr_reader :path

    def initialize(url, path)
      match = URL.match(url.b) or raise ArgumentError, "the URL has no path: write https://host/path or /path"
      raw = match[:raw]
      if url.b =~ /[^!-~]/n || raw =~ /%(?!\h\h)/
        raise ArgumentError, "the URL must be percent-encoded: %20 for a blank, %25 for a %"
      end

      @front, @query, @fragment = match[:front], match[:query].to_s, match[:fragment]
      # Not decode_www_form_component: in a path, + is a plus.
      @path = path ? path.b : raw.gsub(/%\h\h/) { |code| [code[1..]].pack("H2") }
      raise ArgumentError, "the path to sign must begin with /" unless @path.start_with?("/")
      if @path =~ /[\x00-\x1f\x7f]/n
        raise ArgumentError, "the path has a control character, and no link opens it: rename it"
      end
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
      "#{@front}?#{pieces.join('&')}#{@fragment}"
    end

    def with_bare(token)
      "#{@front}?#{[token, *(@query unless @query.empty?)].join('&')}#{@fragment}"
    end
  end
  private_constant :Link
end

# --- The command line ------------------------------------------------------------------------------

if $PROGRAM_NAME == __FILE__
  require "optparse"

  given = {}
  options = {}
  parser = OptionParser.new do |on|
    on.banner = "usage: secure_token.rb --scheme azion|gcore|ectoken --secret-file FILE " \
                "(--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH] " \
                "[--claim name=value]... [--param NAME] URL"
    on.require_exact = true
    on.on("--scheme NAME", %w[azion gcore ectoken])
    on.on("--secret-file FILE")
    on.on("--expires-in SECONDS", /\A\d+\z/)
    on.on("--expires-at UNIX", /\A\d+\z/)
    on.on("--client-ip ADDRESS") { |address| options[:client_ip] = address }
    on.on("--path PATH") { |path| options[:path] = path }
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
    if (options.key?(:client_ip) && scheme != "gcore") || (given.key?(:claim) && scheme != "ectoken")
      raise ArgumentError, "--client-ip goes with gcore, --claim with ectoken (--claim clientip=ADDRESS)"
    end

    secret = File.binread(given[:"secret-file"]).sub(/\r?\n\z/n, "")
    expires = at ? at.to_i : Time.now.to_i + seconds.to_i
    options[scheme == "ectoken" ? :param : :token_param] = given[:param] if given.key?(:param)
    puts SecureToken.public_send(scheme, url, secret, expires, **options)
  rescue ArgumentError, OptionParser::ParseError, SystemCallError => e
    usage = "; #{parser.banner}" if e.is_a?(OptionParser::ParseError)
    warn "secure_token.rb: #{e.message}#{usage}"
    exit 2
  end
end
