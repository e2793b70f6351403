// The command line of package securetoken: go run ./cmd/secure-token
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"securetoken"
)

const usage = "usage: secure-token (--scheme NAME | --link LINK --digest DIGEST --message MESSAGE) --secret-file FILE" +
	" (--expires-in SECONDS | --expires-at UNIX | --never) [--client-ip ADDRESS] [--path PATH] [--lifetime SECONDS]" +
	" [--field name=value]... [--claim name=value]... [--param NAME] URL; the NAMEs are akamai, bunny, ectoken and" +
	" those of --schemes"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--schemes" {
		list()
		return
	}
	link, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "secure-token:", err)
		os.Exit(2)
	}
	fmt.Println(link)
}

func list() {
	for _, s := range securetoken.Schemes {
		lifetime := "-"
		if s.Lifetime > 0 {
			lifetime = fmt.Sprint(s.Lifetime)
		}
		fmt.Println(strings.Join([]string{s.Name, s.Link, s.Digest, s.Message, s.Secret, lifetime}, "\t"))
	}
}

func run(args []string) (string, error) {
	given := map[string]string{}
	options := securetoken.Options{Claims: map[string]string{}, Fields: map[string]string{}}
	flags := flag.NewFlagSet("secure-token", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, name := range []string{
		"scheme", "link", "digest", "message", "secret-form", "secret-file", "expires-in", "expires-at", "client-ip",
		"path", "lifetime", "param",
	} {
		name := name
		flags.Func(name, "", func(value string) error {
			if _, twice := given[name]; twice || value == "" {
				return errors.New("empty, or given twice")
			}
			given[name] = value
			return nil
		})
	}
	for name, list := range map[string]map[string]string{"claim": options.Claims, "field": options.Fields} {
		list := list
		flags.Func(name, "", func(pair string) error {
			name, value, _ := strings.Cut(pair, "=")
			if _, twice := list[name]; twice {
				return errors.New("given twice: separate the entries of a list by commas")
			}
			list[name] = value
			return nil
		})
	}
	never := flags.Bool("never", false, "")
	if err := flags.Parse(args); err != nil {
		return "", fmt.Errorf("%w; %s", err, usage)
	}
	expires := securetoken.Never
	seconds := given["expires-in"] + given["expires-at"]
	if flags.NArg() != 1 || given["secret-file"] == "" || (seconds == "") != *never ||
		given["expires-in"] != "" && given["expires-at"] != "" {
		return "", errors.New(usage)
	}
	var err error
	if !*never {
		if expires, err = number(seconds); err != nil {
			return "", err
		}
	}
	if given["expires-in"] != "" {
		expires += time.Now().Unix()
	}
	secret, err := os.ReadFile(given["secret-file"])
	if err != nil {
		return "", err
	}
	if cut := bytes.TrimSuffix(secret, []byte("\n")); len(cut) < len(secret) {
		secret = bytes.TrimSuffix(cut, []byte("\r"))
	}
	if given["lifetime"] != "" {
		if options.Lifetime, err = number(given["lifetime"]); err != nil {
			return "", err
		}
	}
	options.ClientIP, options.Path, options.TokenParam = given["client-ip"], given["path"], given["param"]
	_, hasClaims := securetoken.Claims[given["scheme"]]
	format := securetoken.Scheme{Secret: given["secret-form"]}
	switch {
	case hasClaims && given["link"]+given["digest"]+given["message"] == "":
		return securetoken.Sign(given["scheme"], flags.Arg(0), secret, expires, options)
	case given["scheme"] != "" && given["message"] == "":
		if format, err = securetoken.Find(given["scheme"]); err != nil {
			return "", err
		}
	case hasClaims || given["scheme"] != "" || given["link"] == "" || given["digest"] == "" || given["message"] == "":
		return "", errors.New(usage)
	}
	for name, of := range map[string]*string{"link": &format.Link, "digest": &format.Digest, "message": &format.Message} {
		if given[name] != "" {
			*of = given[name]
		}
	}
	return format.Sign(flags.Arg(0), secret, expires, options)
}

func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || len(text) > 10 {
		return 0, errors.New("SECONDS and UNIX are positive numbers of at most ten digits, not milliseconds")
	}
	return n, nil
}
