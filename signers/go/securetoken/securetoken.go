// Package securetoken signs links for nginx-secure-token: the formats of [Schemes] and those of your own,
// akamai, bunny, and ectoken (version 3).
//
// Copy this file into a package of your project. Go 1.18 or newer, nothing but the standard library.
//
//	expires := time.Now().Add(time.Hour).Unix()
//	link, err := securetoken.Sign("azion", "https://cdn.example.com/my%20film.mp4", secret, expires, securetoken.Options{})
//	own := securetoken.Scheme{Link: "?sig={token}&exp={expires}", Digest: "hmac-sha256:hex", Message: `{expires}\n{path}`}
//	link, err = own.Sign("https://cdn.example.com/a.mp4?x=1", secret, expires, securetoken.Options{})
//
// The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
// /../ in the path. It comes back with the token in its query or in its path; all else stays as it is.
package securetoken

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Never is the expiry of a link that shall have none.
const Never int64 = math.MinInt64

// Claims are the names that [Options.Claims] may have, by scheme.
var Claims = map[string][]string{
	"ectoken": {
		"url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny", "host_allow", "host_deny",
		"proto_allow", "proto_deny", "clientip",
	},
	"akamai": {"st", "acl", "id", "data", "salt"},
	"bunny":  {"token_path", "token_countries", "token_countries_blocked"},
}

// Options are what a link may have besides URL, secret and expiry. What is empty is left out.
type Options struct {
	// Path is signed, as it is, in place of the URL's: for a directory.
	Path string
	// ClientIP is the only address that the link is good for, where {client_ip} is in the message.
	ClientIP string
	// Lifetime is how many seconds the server lets a link open that has its time of issue, if not the usual.
	Lifetime int64
	// TokenParam and ExpiresParam are other names for the token's parameters. An ectoken with a
	// TokenParam is its value, and otherwise the first piece of the query.
	TokenParam, ExpiresParam string
	// Fields are the values of other fields of the link. Without, rand and salt are random, uid and start are
	// 0, and what may be absent is.
	Fields map[string]string
	// Claims are those of ectoken, akamai and bunny, such as "country_allow": "DE,FR". Without url_allow an
	// ectoken opens whatever begins with the URL's path, and without acl a link of akamai that path alone.
	Claims map[string]string
}

// Scheme is one that is a digest.
type Scheme struct {
	// Name is what NGINX calls it.
	Name string
	// Link is what a link looks like, as in secure_token_format.
	Link string
	// Digest is how the message is hashed and the token written.
	Digest string
	// Message is what is hashed.
	Message string
	// Secret is how the secret is written: text, which it is without, hex, base64 or base64url.
	Secret string
	// Lifetime is how many seconds a link opens that says when it was issued, and 0 for others.
	Lifetime int64
}

// Schemes are all that are a digest.
var Schemes = schemes(`
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
`)

func schemes(rows string) (all []Scheme) {
	for _, row := range strings.Split(strings.TrimSpace(rows), "\n") {
		is := strings.Split(row, "  ")
		lifetime, _ := strconv.ParseInt(is[5], 10, 64)
		all = append(all, Scheme{is[0], is[1], is[2], is[3], is[4], lifetime})
	}
	return all
}

// Sign signs in any of the schemes, also with akamai, bunny and ectoken.
func Sign(scheme, rawURL string, secret []byte, expires int64, options Options) (string, error) {
	switch scheme {
	case "ectoken":
		return Ectoken(rawURL, secret, expires, options)
	case "akamai":
		return Akamai(rawURL, secret, expires, options)
	case "bunny":
		return Bunny(rawURL, secret, expires, options)
	}
	row, err := Find(scheme)
	if err != nil {
		return "", err
	}
	return row.Sign(rawURL, secret, expires, options)
}

// Find finds one of [Schemes], whose link or digest you may then change.
func Find(scheme string) (Scheme, error) {
	var names []string
	for _, s := range Schemes {
		if s.Name == scheme {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Scheme{}, fmt.Errorf("unknown scheme %s: write %s, akamai, bunny or ectoken", scheme, strings.Join(names, ", "))
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
	if options.ClientIP != "" || options.Lifetime != 0 || len(options.Fields) > 0 {
		return "", errors.New("ectoken has no lifetime and no fields, and the client's address as a claim: clientip")
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

// Sign signs in this format.
func (s Scheme) Sign(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	l, err := parse(rawURL, options.Path)
	if err != nil {
		return "", err
	}
	front, raw, values, err := s.split(l.raw)
	if err != nil {
		return "", err
	}
	if err := s.fill(values, l, raw, expires, options); err != nil {
		return "", err
	}
	if values["secret"], err = key(secret, s.Secret); err != nil {
		return "", err
	}
	message, err := filled(s.Message, values)
	if err != nil {
		return "", err
	}
	if values["token"], err = digest(s.Digest, values["secret"], message); err != nil {
		return "", err
	}
	values["path"] = raw
	link := func(form string) string {
		return field.ReplaceAllStringFunc(form, func(text string) string {
			is := field.FindStringSubmatch(text)
			return values[is[1]] + is[4]
		})
	}
	if strings.HasPrefix(s.Link, "/") {
		if options.TokenParam != "" || options.ExpiresParam != "" {
			return "", errors.New("the token stands in the path, and there is no parameter to rename")
		}
		segments := strings.Split(s.Link, "/")[strings.Count(front, "/")+1:]
		if strings.Contains(s.Link, "*}") {
			l.query = ""
		}
		return l.joined(front+"/"+link(strings.Join(segments, "/")), l.query), nil
	}
	var params [][2]string
	until := options.ExpiresParam
	for _, param := range strings.Split(s.Link[1:], "&") {
		name, value, _ := strings.Cut(param, "=")
		if strings.Contains(value, "{token}") {
			name = or(options.TokenParam, name)
		} else if ofTime.MatchString(value) {
			name, until = or(until, name), ""
		}
		if value = link(value); value != "" {
			params = append(params, [2]string{name, value})
		}
	}
	if until != "" {
		return "", errors.New("there is no parameter of the expiry's own to rename")
	}
	return l.withParams(params...)
}

var (
	// A field of a link, and the text that ends it.
	field   = regexp.MustCompile(`\{([a-z0-9_]+):?([^{}?*]*)([?*]?)\}([^{&/]*)`)
	ofToken = regexp.MustCompile(`\{(token|expires|time|start|ttl)\b`)
	ofTime  = regexp.MustCompile(`\{(expires|time)\b`)
	plain   = regexp.MustCompile("^" + plainBytes + "*$")
	piece   = regexp.MustCompile(`(?s)\\(.)|\[((?:\\.|[^\]\\|])*)(\|(?:\\.|[^\]\\])*)?\]|\{\{|\}\}|\{([^{}]*)\}|\$`)
	inside  = regexp.MustCompile(`\{(.*?)\}`)
)

// The characters that a field may have.
const plainBytes = `[!$'-.0-<>@-\[\]-~]`

// What stays in front of a token in the path, what is behind it, and the fields in front of it.
func (s Scheme) split(raw string) (string, string, map[string]string, error) {
	found := map[string]string{}
	segments := strings.Split(s.Link, "/")
	first := 0
	for first < len(segments) && !ofToken.MatchString(segments[first]) {
		first++
	}
	if !strings.HasPrefix(s.Link, "/") || first < 2 {
		return "", raw, found, nil
	}
	front := strings.Join(segments[:first], "/")
	shape := regexp.MustCompile(`\\\{(\w+)\\\}`).ReplaceAllString(regexp.QuoteMeta(front), "(?P<$1>"+plainBytes+"+?)")
	form, err := regexp.Compile("^(" + shape + ")/")
	if err != nil {
		return "", "", nil, err
	}
	match := form.FindStringSubmatch(raw)
	if match == nil {
		return "", "", nil, fmt.Errorf("the path must begin with %s/, behind which the token comes", front)
	}
	for i, name := range form.SubexpNames() {
		if name != "" {
			found[name] = match[i]
		}
	}
	return match[1], raw[len(match[1]):], found, nil
}

// What may be hashed and stand in a link, but for secret and token.
func (s Scheme) fill(values map[string]string, l link, raw string, expires int64, options Options) error {
	if len(options.Claims) > 0 {
		return errors.New("only ectoken, akamai and bunny have claims")
	}
	signed, unread, query := options.Path, options.Path, ""
	if options.Path == "" {
		signed, unread = l.path[len(l.raw)-len(raw):], raw
	}
	if l.query != "" {
		query = "?" + l.query
	}
	directory := signed[:strings.LastIndex(signed, "/")]
	values["path"], values["path:raw"], values["uri:raw"], values["args"] = signed, unread, unread+query, l.query
	values["dir"], values["parent"], values["stream"] = directory+"/", directory, strings.TrimPrefix(directory, "/")
	values["client_ip"] = ""
	if options.ClientIP != "" {
		if !strings.Contains(s.Message, "{client_ip}") {
			return errors.New("the message binds no client_ip: take gcore, or ectoken with the claim clientip")
		}
		ip, err := address(options.ClientIP)
		if err != nil {
			return err
		}
		values["client_ip"] = ip.String()
	}
	known := field.FindAllStringSubmatch(s.Link, -1)
	if err := s.times(values, known, expires, options.Lifetime); err != nil {
		return err
	}
	given := 0
	for _, is := range known {
		if _, has := values[is[1]]; has || is[1] == "token" {
			continue
		}
		if is[3] == "*" {
			values[is[1]] = raw[1:] + query
			continue
		}
		value, has := options.Fields[is[1]]
		if has {
			given++
		}
		value, err := fieldOf(is, value)
		if err != nil {
			return err
		}
		values[is[1]] = value
	}
	if given < len(options.Fields) {
		return errors.New("the link has no field of such a name, or it is not given so")
	}
	if directory == "" && strings.Contains(s.Message, "{parent}") {
		return errors.New("there is no directory above the file: sign a path that has one")
	}
	return nil
}

// The time, and the lifetime where the link says it.
func (s Scheme) times(values map[string]string, known [][]string, expires, lifetime int64) error {
	var is []string
	hasTTL := false
	for _, one := range known {
		if one[1] == "expires" || one[1] == "time" {
			is = one
		}
		hasTTL = hasTTL || one[1] == "ttl"
	}
	isIssue := is != nil && is[1] == "time"
	if !isIssue && lifetime != 0 {
		return errors.New("these links have no lifetime: they say when they expire, or open for ever")
	}
	now := time.Now().Unix()
	switch {
	case expires == Never && is == nil:
		return nil
	case expires == Never && is[3] != "":
		values[is[1]] = ""
		return nil
	case expires == Never && hasTTL:
		values[is[1]], values["ttl"] = written(now, is[2]), "0"
		return nil
	case is == nil:
		return errors.New("these links do not expire: leave the expiry out (Never)")
	}
	if err := checkExpiry(expires); err != nil {
		return err
	}
	if isIssue {
		if lifetime == 0 {
			lifetime = s.Lifetime
		}
		if hasTTL && lifetime == 0 {
			// Where the link says how long it opens, that is from now on.
			if lifetime = expires - now; lifetime < 1 {
				lifetime = 1
			}
		}
		if lifetime < 1 || lifetime > expires {
			return errors.New("the lifetime must be a number of seconds, from 1 to the expiry")
		}
		expires -= lifetime
	}
	values[is[1]] = written(expires, is[2])
	if hasTTL {
		values["ttl"] = fmt.Sprint(lifetime)
	}
	return nil
}

func written(seconds int64, spelling string) string {
	if strings.HasPrefix(spelling, "yyyymmddhhmm") {
		east, _ := strconv.Atoi(spelling[12:])
		return time.Unix(seconds, 0).In(time.FixedZone("", east*3600)).Format("200601021504")
	}
	if spelling == "hex" {
		return fmt.Sprintf("%08x", seconds)
	}
	return fmt.Sprint(seconds)
}

func fieldOf(is []string, value string) (string, error) {
	name, end := is[1], is[4]
	switch {
	case value != "":
	case name == "rand" || name == "salt":
		random := make([]byte, 16)
		if _, err := rand.Read(random); err != nil {
			return "", err
		}
		value = hex.EncodeToString(random)
	case name == "uid" || name == "start":
		value = "0"
	}
	if !plain.MatchString(value) || end != "" && strings.Contains(value, end) {
		return "", fmt.Errorf("the field %s has characters that would end it: write letters and digits", name)
	}
	if value == "" && is[3] == "" {
		return "", fmt.Errorf("the link has a field %s: give it a value", name)
	}
	if name == "start" && value != "0" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		return written(seconds, is[2]), err
	}
	return value, nil
}

func filled(message string, values map[string]string) (string, error) {
	var err error
	text := piece.ReplaceAllStringFunc(message, func(all string) string {
		is := piece.FindStringSubmatch(all)
		switch {
		case is[1] != "":
			return or(map[string]string{"n": "\n", "t": "\t"}[is[1]], is[1])
		case all == "{{" || all == "}}":
			return all[:1]
		case all[0] == '[':
			chosen := is[2]
			if of := inside.FindStringSubmatch(chosen); of != nil {
				if value, has := values[of[1]]; has && value == "" {
					chosen = strings.TrimPrefix(is[3], "|")
				}
			}
			part, wrong := filled(chosen, values)
			if wrong != nil {
				err = wrong
			}
			return part
		}
		value, has := values[is[4]]
		if !has {
			err = fmt.Errorf("the message has %s, which the link has not: no variables of NGINX can be signed here", all)
		}
		return value
	})
	return text, err
}

var (
	hashes = map[string]func() hash.Hash{
		"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	}
	encodings = map[string]func([]byte) string{
		"hex": hex.EncodeToString, "base64url": base64.RawURLEncoding.EncodeToString,
		// In a query, + is a blank.
		"base64": func(made []byte) string { return url.QueryEscape(base64.StdEncoding.EncodeToString(made)) },
	}
)

func digest(form, key, message string) (string, error) {
	function, encoding, _ := strings.Cut(form, ":")
	name := strings.TrimPrefix(function, "hmac-")
	makes, encode := hashes[name], encodings[encoding]
	if makes == nil || encode == nil {
		return "", fmt.Errorf("there is no digest %s: write md5:hex or hmac-sha256:base64url, for example", form)
	}
	made := makes()
	if name != function {
		made = hmac.New(makes, []byte(key))
	}
	made.Write([]byte(message))
	return encode(made.Sum(nil)), nil
}

// Akamai signs with the scheme akamai. [Options.TokenParam] is hdnts without.
func Akamai(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	l, ip, err := claimed("akamai", "~", rawURL, expires, options)
	if err != nil {
		return "", err
	}
	bare, err := key(secret, "hex")
	if err != nil {
		return "", err
	}
	said := map[string]string{"exp": fmt.Sprint(expires)}
	for name, value := range options.Claims {
		said[name] = value
	}
	if ip.IsValid() {
		said["ip"] = ip.String()
	}
	var pairs []string
	for _, name := range []string{"ip", "st", "exp", "acl", "id", "data"} {
		if said[name] != "" {
			pairs = append(pairs, name+"="+said[name])
		}
	}
	body := strings.Join(pairs, "~")
	message := body
	if said["acl"] == "" {
		message += "~url=" + l.raw
	}
	if said["salt"] != "" {
		message += "~salt=" + said["salt"]
	}
	code, err := digest("hmac-sha256:hex", bare, message)
	if err != nil {
		return "", err
	}
	return l.withParams([2]string{or(options.TokenParam, "hdnts"), escaped(body, "-._~!*'(),;:@/?=$") + "~hmac=" + code})
}

// Bunny signs with the scheme bunny.
func Bunny(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	l, ip, err := claimed("bunny", "&", rawURL, expires, options)
	if err != nil {
		return "", err
	}
	bare, err := key(secret, "text")
	if err != nil {
		return "", err
	}
	flag, address := "", ip.AsSlice()
	if ip.Is6() {
		// Of IPv6, the network counts.
		address = append(address[:8], make([]byte, 8)...)
	}
	if ip.IsValid() {
		flag = "1-"
	}
	sent, err := url.ParseQuery(strings.ReplaceAll(l.query, ";", "%3B"))
	if err != nil {
		return "", err
	}
	params := [][2]string{{or(options.TokenParam, "token"), ""}, {"expires", fmt.Sprint(expires)}}
	for name, value := range options.Claims {
		sent.Set(name, value)
		params = append(params, [2]string{name, escaped(value, "-._~")})
	}
	var names, pairs []string
	for name := range sent {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		pairs = append(pairs, name+"="+sent.Get(name))
	}
	message := or(options.Claims["token_path"], l.raw) + params[1][1] + string(address) + strings.Join(pairs, "&")
	made, err := digest("hmac-sha256:base64url", bare, message)
	params[0][1] = "HS256-" + flag + made
	if err != nil {
		return "", err
	}
	return l.withParams(params...)
}

// What akamai and bunny have in common: looks at everything, and takes the URL apart.
func claimed(scheme, end, rawURL string, expires int64, options Options) (l link, ip netip.Addr, err error) {
	if options.Path != "" || options.Lifetime != 0 || len(options.Fields) > 0 {
		return l, ip, fmt.Errorf("%s has neither path, lifetime nor fields, but claims", scheme)
	}
	if err := checkExpiry(expires); err != nil {
		return l, ip, err
	}
	if err := checkClaims(scheme, end, options.Claims); err != nil {
		return l, ip, err
	}
	if options.ClientIP != "" {
		if ip, err = address(options.ClientIP); err != nil {
			return l, ip, err
		}
	}
	l, err = parse(rawURL, "")
	return l, ip, err
}

func checkClaims(scheme, end string, claims map[string]string) error {
	known := 0
	for _, name := range Claims[scheme] {
		v, given := claims[name]
		if !given {
			continue
		}
		if v == "" || strings.Contains(v, end) || control.MatchString(v) {
			return fmt.Errorf("the claim %s is empty, or has an %s or a control character", name, end)
		}
		known++
	}
	if known < len(claims) {
		return fmt.Errorf("there is a claim of another name: write one of %s", strings.Join(Claims[scheme], ", "))
	}
	return nil
}

// Percent-encodes all but letters, digits and these.
func escaped(text, plain string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		if b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || strings.IndexByte(plain, b) >= 0 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

func address(text string) (netip.Addr, error) {
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.Zone() != "" {
		return ip, errors.New("the client's address must be like 192.0.2.7 or 2001:db8::1")
	}
	return ip.Unmap(), nil
}

func or(given, usual string) string {
	if given == "" {
		return usual
	}
	return given
}

func key(secret []byte, form string) (string, error) {
	if len(secret) == 0 {
		return "", errors.New("the secret is empty: take 16 random bytes or more")
	}
	var bare []byte
	var err error
	switch form {
	case "text", "":
		return string(secret), nil
	case "hex":
		bare, err = hex.DecodeString(string(secret))
	case "base64":
		bare, err = base64.StdEncoding.Strict().DecodeString(string(secret))
	default:
		bare, err = base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(string(secret), "="))
	}
	if err != nil || strings.ContainsAny(string(secret), "\r\n") {
		return "", fmt.Errorf("the secret must be written in %s, base64 with its = at the end", form)
	}
	return string(bare), nil
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
	if err := checkClaims("ectoken", "&", options.Claims); err != nil {
		return "", err
	}
	for _, name := range Claims["ectoken"] {
		if v, given := options.Claims[name]; given {
			pairs = append(pairs, "ec_"+name+"="+v)
		}
	}
	return strings.Join(pairs, "&"), nil
}

func seal(text string, secret []byte) (string, error) {
	if _, err := key(secret, "text"); err != nil {
		return "", err
	}
	sum := sha256.Sum256(secret)
	block, err := aes.NewCipher(sum[:])
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
