// Package securetoken signs links for nginx-secure-token, in the schemes azion, gcore and ectoken
// (version 3).
//
// Copy this file into a package of your project. Go 1.18 or newer, nothing but the standard library.
//
//	expires := time.Now().Add(time.Hour).Unix()
//	link, err := securetoken.Azion("https://cdn.example.com/my%20film.mp4", secret, expires, securetoken.Options{})
//
// The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
// /../ in the path. It comes back with the token in its query; all else stays as it is.
package securetoken

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
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
	// Path is signed, decoded as it is, in place of the URL's: for a directory.
	Path string
	// ClientIP is the only address that the link is good for; Gcore only.
	ClientIP string
	// TokenParam and ExpiresParam are other names for the token's parameters. An ectoken with a
	// TokenParam is its value, and otherwise the first piece of the query.
	TokenParam, ExpiresParam string
	// Claims are those of an ectoken, such as "country_allow": "DE,FR". Without url_allow the link
	// opens whatever begins with the URL's path.
	Claims map[string]string
}

// Azion signs with the MD5 of secret, path and expiry.
func Azion(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	if options.ClientIP != "" {
		return "", errors.New("azion binds no client's address: take gcore, or ectoken with the claim clientip")
	}
	return digest(rawURL, secret, expires, options, "st", "e", func(path, until string) string {
		return string(secret) + path + until
	})
}

// Gcore signs with the MD5 of expiry, path, the client's address if there is one, a blank and secret.
func Gcore(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	address := ""
	if options.ClientIP != "" {
		ip, err := netip.ParseAddr(options.ClientIP)
		if err != nil || ip.Zone() != "" {
			return "", errors.New("the client's address must be like 192.0.2.7 or 2001:db8::1")
		}
		address = ip.Unmap().String()
	}
	return digest(rawURL, secret, expires, options, "md5", "expires", func(path, until string) string {
		return until + path + address + " " + string(secret)
	})
}

// Ectoken seals expiry and claims with AES-256-GCM.
func Ectoken(rawURL string, secret []byte, expires int64, options Options) (string, error) {
	if options.ClientIP != "" {
		return "", errors.New("ectoken has the client's address as a claim: clientip")
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
	return l.front + "?" + token + l.fragment, nil
}

func digest(rawURL string, secret []byte, expires int64, options Options,
	tokenParam, expiresParam string, text func(path, until string) string) (string, error) {
	if len(options.Claims) > 0 {
		return "", errors.New("only ectoken has claims")
	}
	if err := checkSecret(secret); err != nil {
		return "", err
	}
	if err := checkExpiry(expires); err != nil {
		return "", err
	}
	l, err := parse(rawURL, options.Path)
	if err != nil {
		return "", err
	}
	if options.TokenParam != "" {
		tokenParam = options.TokenParam
	}
	if options.ExpiresParam != "" {
		expiresParam = options.ExpiresParam
	}
	until := fmt.Sprint(expires)
	sum := md5.Sum([]byte(text(l.path, until)))
	token := base64.RawURLEncoding.EncodeToString(sum[:])
	return l.withParams([2]string{tokenParam, token}, [2]string{expiresParam, until})
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
	front, path, query, fragment string
}

var (
	urlForm = regexp.MustCompile(`^((?:(?i:https?)://[^/?#]+)?(/(?:[^/?#][^?#]*)?))(?:\?([^#]*))?(#.*)?$`)
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
	return link{front: match[1], path: path, query: match[3], fragment: match[4]}, nil
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
	return l.front + "?" + strings.Join(pieces, "&") + l.fragment, nil
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
