// Package securetoken signs links for nginx-secure-token: ectoken (version 3), and the schemes of the
// table [Schemes].
//
// Copy this file into a package of your project. Go 1.18 or newer, nothing but the standard library.
//
//	expires := time.Now().Add(time.Hour).Unix()
//	link, err := securetoken.Azion("https://cdn.example.com/my%20film.mp4", secret, expires, securetoken.Options{})
//	link, err = securetoken.Sign("fastly", "https://cdn.example.com/a.mp4?x=1", secret, expires, securetoken.Options{})
//
// The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
// /../ in the path. It comes back with the token in its query or in front of its path; all else stays as
// it is.
package securetoken

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Never is the expiry of an ectoken that shall have none.
const Never int64 = math.MinInt64

// Claims are the names that [Options.Claims] may have.
var Claims = []string{
	"url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny", "host_allow", "host_deny",
	"proto_allow", "proto_deny", "clientip",
}

// Options are what a link may have besides URL, secret and expiry. What is empty is left out.
type Options struct {
	// Path is signed, as it is, in place of the URL's: for a directory.
	Path string
	// ClientIP is the only address that the link is good for; gcore and leaseweb.
	ClientIP string
	// Lifetime is how many seconds the server lets a link open, where the scheme has its time of issue.
	Lifetime int64
	// TokenParam and ExpiresParam are other names for the token's parameters. An ectoken with a
	// TokenParam is its value, and otherwise the first piece of the query.
	TokenParam, ExpiresParam string
	// Claims are those of an ectoken, such as "country_allow": "DE,FR". Without url_allow the link
	// opens whatever begins with the URL's path.
	Claims map[string]string
}

// Scheme is one that is a digest.
type Scheme struct {
	// Name is what NGINX calls it.
	Name string
	// Link is what a link looks like.
	Link string
	// Digest is how the message is hashed and the token written.
	Digest string
	// Message is what is hashed.
	Message string
	// Secret is how the secret is written.
	Secret string
	// Lifetime is how many seconds a link opens that says when it was issued, and 0 for others.
	Lifetime int64
}

// Schemes are all but ectoken.
var Schemes = []Scheme{
	{"azion", "?st={token}&e={expires}", "md5:base64url", "{secret}{path}{expires}", "text", 0},
	{"gcore", "?md5={token}&expires={expires}", "md5:base64url", "{expires}{path}{client_ip} {secret}", "text", 0},
	{"leaseweb", "?st={token}&e={expires}", "md5:base64url", "{secret}{client_ip}{path}{expires}", "text", 0},
	{"fastly", "?token={expires}_{token}", "hmac-sha1:hex", "{uri:raw}{expires}", "base64", 0},
	{"alibaba-b", "/{time:yyyymmddhhmm+8}/{token}{path}", "md5:hex", "{secret}{time}{path:raw}", "text", 1800},
}

// Sign signs in any of the schemes, also with ectoken.
func Sign(scheme, rawURL string, secret []byte, expires int64, options Options) (string, error) {
	if scheme == "ectoken" {
		return Ectoken(rawURL, secret, expires, options)
	}
	var names []string
	for _, s := range Schemes {
		if s.Name == scheme {
			return s.sign(rawURL, secret, expires, options)
		}
		names = append(names, s.Name)
	}
	return "", fmt.Errorf("unknown scheme %s: write %s or ectoken", scheme, strings.Join(names, ", "))
}

// Azion signs with the scheme azion.
func Azion(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	return Sign("azion", rawURL, secret, expires, options)
}

// Gcore signs with the scheme gcore.
func Gcore(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	return Sign("gcore", rawURL, secret, expires, options)
}

// Ectoken seals expiry and claims with AES-256-GCM.
func Ectoken(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	if options.ClientIP != "" {
		return "", errors.New("ectoken has the client's address as a claim: clientip")
	}
	if options.Lifetime != 0 {
		return "", errors.New("ectoken has no lifetime: its links say when they expire")
	}
	l, err := parse(rawURL, options.Path)
	if err != nil {
		return "", err
	}
	text, err := claims(l.path, expires, options)
	if err != nil {
		return "", err
	}
	token, err := seal(text, secret)
	if err != nil {
		return "", err
	}
	if len(token) > 6144 {
		return "", errors.New("the token is longer than 6144 characters: give it shorter claims")
	}
	if options.TokenParam != "" {
		return l.withParams([2]string{options.TokenParam, token})
	}
	if l.query != "" {
		token += "&" + l.query
	}
	return l.joined(l.raw, token), nil
}

func (s Scheme) sign(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	l, err := parse(rawURL, options.Path)
	if err != nil {
		return "", err
	}
	fields, err := s.fields(l, secret, expires, options)
	if err != nil {
		return "", err
	}
	fields["token"] = s.token(fields["secret"], filled(s.Message, fields))
	if strings.HasPrefix(s.Link, "/") {
		if options.TokenParam != "" || options.ExpiresParam != "" {
			return "", fmt.Errorf("%s has its token in the path, and no parameter to rename", s.Name)
		}
		fields["path"] = l.raw
		return l.joined(filled(s.Link, fields), l.query), nil
	}
	var params [][2]string
	renamed := []string{options.TokenParam, options.ExpiresParam}
	for i, param := range strings.Split(s.Link[1:], "&") {
		name, value, _ := strings.Cut(param, "=")
		if renamed[i] != "" {
			name = renamed[i]
		}
		params = append(params, [2]string{name, filled(value, fields)})
	}
	if options.ExpiresParam != "" && len(params) < 2 {
		return "", fmt.Errorf("%s has no parameter of the expiry's own", s.Name)
	}
	return l.withParams(params...)
}

// What may be hashed and stand in a link, but for the token.
func (s Scheme) fields(l link, secret []byte, expires int64, options Options) (map[string]string, error) {
	if len(options.Claims) > 0 {
		return nil, errors.New("only ectoken has claims")
	}
	if err := checkExpiry(expires); err != nil {
		return nil, err
	}
	key, err := s.key(secret)
	if err != nil {
		return nil, err
	}
	fields := map[string]string{
		"secret": key, "path": l.path, "path:raw": l.raw, "uri:raw": l.raw, "expires": fmt.Sprint(expires), "client_ip": "",
	}
	if options.Path != "" {
		fields["path:raw"], fields["uri:raw"] = options.Path, options.Path
	}
	if l.query != "" {
		fields["uri:raw"] += "?" + l.query
	}
	if options.ClientIP != "" {
		ip, err := netip.ParseAddr(options.ClientIP)
		if err != nil || ip.Zone() != "" {
			return nil, errors.New("the client's address must be like 192.0.2.7 or 2001:db8::1")
		}
		if !strings.Contains(s.Message, "{client_ip}") {
			return nil, fmt.Errorf("%s binds no client_ip: take gcore, or ectoken with the claim clientip", s.Name)
		}
		fields["client_ip"] = ip.Unmap().String()
	}
	lifetime := s.Lifetime
	if options.Lifetime != 0 {
		lifetime = options.Lifetime
	}
	if s.Lifetime == 0 && lifetime != 0 {
		return nil, fmt.Errorf("%s has no lifetime: its links say when they expire", s.Name)
	}
	if lifetime < 0 || lifetime > expires {
		return nil, errors.New("the lifetime must be a number of seconds, from 1 to the expiry")
	}
	// To the minute, by the clock of UTC+8.
	fields["time"] = time.Unix(expires-lifetime, 0).In(time.FixedZone("", 8*3600)).Format("200601021504")
	fields["time:yyyymmddhhmm+8"] = fields["time"]
	return fields, nil
}

func (s Scheme) key(secret []byte) (string, error) {
	if err := checkSecret(secret); err != nil || s.Secret == "text" {
		return string(secret), err
	}
	key, err := base64.StdEncoding.DecodeString(string(secret))
	if err != nil || base64.StdEncoding.EncodeToString(key) != string(secret) {
		return "", errors.New("the secret must be written in base64, with its = at the end")
	}
	return string(key), nil
}

func (s Scheme) token(key, message string) string {
	function, encoding, _ := strings.Cut(s.Digest, ":")
	made := md5.New()
	if function == "hmac-sha1" {
		made = hmac.New(sha1.New, []byte(key))
	}
	made.Write([]byte(message))
	if encoding == "hex" {
		return hex.EncodeToString(made.Sum(nil))
	}
	return base64.RawURLEncoding.EncodeToString(made.Sum(nil))
}

var field = regexp.MustCompile(`\{[^}]+\}`)

func filled(form string, fields map[string]string) string {
	return field.ReplaceAllStringFunc(form, func(name string) string { return fields[strings.Trim(name, "{}")] })
}

func checkSecret(secret []byte) error {
	if len(secret) == 0 {
		return errors.New("the secret is empty: take 16 random bytes or more")
	}
	return nil
}

func checkExpiry(expires int64) error {
	if expires < 1 || expires > 9999999999 {
		return errors.New("the expiry must be a Unix time in seconds, not milliseconds: 1 to 9999999999")
	}
	return nil
}

type link struct {
	// The path is what is signed, and raw that of the URL.
	origin, raw, path, query, fragment string
}

var (
	urlForm = regexp.MustCompile(`^((?i:https?)://[^/?#]+)?(/(?:[^/?#][^?#]*)?)(?:\?([^#]*))?(#.*)?$`)
	ascii   = regexp.MustCompile(`^[!-~]*$`)
	control = regexp.MustCompile("[\x00-\x1f\x7f]")
	param   = regexp.MustCompile(`^[\w.~-]+$`)
	value   = regexp.MustCompile("^[^\x00-\x1f\x7f&]+$")
)

func parse(rawURL, signed string) (link, error) {
	match := urlForm.FindStringSubmatch(rawURL)
	if match == nil {
		return link{}, errors.New("the URL has no path: write https://host/path or /path")
	}
	// Not QueryUnescape: in a path, + is a plus.
	path, err := url.PathUnescape(match[2])
	if err != nil || !ascii.MatchString(rawURL) {
		return link{}, errors.New("the URL must be percent-encoded: %20 for a blank, %25 for a %")
	}
	if signed != "" {
		path = signed
	}
	if !strings.HasPrefix(path, "/") {
		return link{}, errors.New("the path to sign must begin with /")
	}
	if control.MatchString(path) {
		return link{}, errors.New("the path has a control character, and no link opens it: rename it")
	}
	return link{origin: match[1], raw: match[2], path: path, query: match[3], fragment: match[4]}, nil
}

func (l link) withParams(params ...[2]string) (string, error) {
	var pieces []string
	if l.query != "" {
		pieces = strings.Split(l.query, "&")
	}
	for _, p := range params {
		name := p[0]
		if !param.MatchString(name) {
			return "", errors.New("names of parameters have only letters, digits, - . _ ~")
		}
		for _, piece := range pieces {
			if piece == name || strings.HasPrefix(piece, name+"=") {
				return "", fmt.Errorf("there is a parameter %s already: sign without it, or take another name", name)
			}
		}
		pieces = append(pieces, name+"="+p[1])
	}
	return l.joined(l.raw, strings.Join(pieces, "&")), nil
}

func (l link) joined(path, query string) string {
	if query != "" {
		query = "?" + query
	}
	return l.origin + path + query + l.fragment
}

func claims(path string, expires int64, options Options) (string, error) {
	var pairs []string
	if expires != Never {
		if err := checkExpiry(expires); err != nil {
			return "", err
		}
		pairs = append(pairs, fmt.Sprint("ec_expire=", expires))
	}
	if _, given := options.Claims["url_allow"]; given && options.Path != "" {
		return "", errors.New("path and url_allow say the same thing: write one of them")
	} else if !given {
		if strings.ContainsAny(path, ",&") || strings.HasSuffix(path, " ") {
			return "", errors.New("a path with a comma, an & or a blank at its end is no url_allow: write url_allow yourself")
		}
		pairs = append(pairs, "ec_url_allow="+path)
	}
	known := 0
	for _, name := range Claims {
		v, given := options.Claims[name]
		if !given {
			continue
		}
		if !value.MatchString(v) {
			return "", fmt.Errorf("the claim %s is empty, or has an & or a control character", name)
		}
		pairs = append(pairs, "ec_"+name+"="+v)
		known++
	}
	if known < len(options.Claims) {
		return "", fmt.Errorf("there is a claim of another name: write one of %s", strings.Join(Claims, ", "))
	}
	return strings.Join(pairs, "&"), nil
}

func seal(text string, secret []byte) (string, error) {
	if err := checkSecret(secret); err != nil {
		return "", err
	}
	key := sha256.Sum256(secret)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(text), nil)), nil
}
