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

const usage = "usage: secure-token --scheme NAME --secret-file FILE" +
	" (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH]" +
	" [--lifetime SECONDS] [--claim name=value]... [--param NAME] URL; the NAMEs are ectoken and those of --schemes"

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
	options := securetoken.Options{Claims: map[string]string{}}
	flags := flag.NewFlagSet("secure-token", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, name := range []string{"scheme", "secret-file", "expires-in", "expires-at", "client-ip", "path", "lifetime", "param"} {
		name := name
		flags.Func(name, "", func(value string) error {
			if _, twice := given[name]; twice || value == "" {
				return errors.New("empty, or given twice")
			}
			given[name] = value
			return nil
		})
	}
	flags.Func("claim", "", func(claim string) error {
		name, value, _ := strings.Cut(claim, "=")
		if _, twice := options.Claims[name]; twice {
			return errors.New("given twice: separate the entries of a list by commas")
		}
		options.Claims[name] = value
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return "", fmt.Errorf("%w; %s", err, usage)
	}
	seconds := given["expires-in"] + given["expires-at"]
	if flags.NArg() != 1 || given["secret-file"] == "" || seconds == "" ||
		(given["expires-in"] == "") == (given["expires-at"] == "") {
		return "", errors.New(usage)
	}
	expires, err := number(seconds)
	if err != nil {
		return "", err
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
	return securetoken.Sign(given["scheme"], flags.Arg(0), secret, expires, options)
}

func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || len(text) > 10 {
		return 0, errors.New("SECONDS and UNIX are positive numbers of at most ten digits, not milliseconds")
	}
	return n, nil
}
