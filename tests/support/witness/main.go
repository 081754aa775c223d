// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// A witness (C2SP tlog-witness) for one log, made of Go's own note and tlog packages: it remembers the last checkpoint
// that it cosigned, in a file, and cosigns one that only adds to it.
//
// usage: witness LOG-VKEY STATE-FILE    prints its URL and its verifier key; ends with its input
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const name = "witness.example/w1"

type state struct {
	Seed []byte
	Size int64
	Root tlog.Hash
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func keyBytes(key ed25519.PrivateKey) []byte {
	return append([]byte{4}, key.Public().(ed25519.PublicKey)...)
}

func keyID(key ed25519.PrivateKey) []byte {
	sum := sha256.Sum256(append([]byte(name+"\n"), keyBytes(key)...))
	return sum[:4]
}

func cosign(key ed25519.PrivateKey, text string) string {
	now := time.Now().Unix()
	signed := ed25519.Sign(key, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", now, text)))
	bytes := binary.BigEndian.AppendUint64(keyID(key), uint64(now))
	return "\u2014 " + name + " " + base64.StdEncoding.EncodeToString(append(bytes, signed...)) + "\n"
}

// What add-checkpoint asks for: the old size, the proof, and the note.
func read(body string) (int64, tlog.TreeProof, string, bool) {
	head, text, found := strings.Cut(body, "\n\n")
	lines := strings.Split(head, "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if !found || err != nil || lines[0] != "old "+strconv.FormatInt(old, 10) || len(lines) > 64 {
		return 0, nil, "", false
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, "", false
		}
		proof = append(proof, hash)
	}
	return old, proof, text, true
}

func main() {
	logKey := must(note.NewVerifier(os.Args[1]))
	var known state
	if bytes, err := os.ReadFile(os.Args[2]); err == nil {
		must(0, json.Unmarshal(bytes, &known))
	} else {
		_, fresh, err := ed25519.GenerateKey(nil)
		known.Seed = must(fresh, err).Seed()
	}
	key := ed25519.NewKeyFromSeed(known.Seed)

	http.HandleFunc("/w/add-checkpoint", func(out http.ResponseWriter, in *http.Request) {
		if in.Method != "POST" {
			http.Error(out, "POST only", http.StatusMethodNotAllowed)
			return
		}
		old, proof, text, ok := read(string(must(io.ReadAll(io.LimitReader(in.Body, 1<<20)))))
		if !ok {
			http.Error(out, "malformed", http.StatusBadRequest)
			return
		}
		opened, err := note.Open([]byte(text), note.VerifierList(logKey))
		if err != nil {
			http.Error(out, err.Error(), http.StatusForbidden)
			return
		}
		lines := strings.Split(opened.Text, "\n")
		size := must(strconv.ParseInt(lines[1], 10, 64))
		root := must(tlog.ParseHash(lines[2]))
		switch {
		case lines[0] != logKey.Name():
			http.Error(out, "another log", http.StatusNotFound)
			return
		case old > size:
			http.Error(out, "backwards", http.StatusBadRequest)
			return
		case old != known.Size || (old == size && old > 0 && root != known.Root):
			out.Header().Set("Content-Type", "text/x.tlog.size")
			out.WriteHeader(http.StatusConflict)
			fmt.Fprintf(out, "%d\n", known.Size)
			return
		case old > 0 && old < size && tlog.CheckTree(proof, size, root, old, known.Root) != nil:
			http.Error(out, "inconsistent", http.StatusUnprocessableEntity)
			return
		case old == 0 && len(proof) > 0:
			http.Error(out, "nothing to prove", http.StatusBadRequest)
			return
		}
		known.Size, known.Root = size, root
		must(0, os.WriteFile(os.Args[2], must(json.Marshal(known)), 0o600))
		io.WriteString(out, cosign(key, opened.Text))
	})

	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	fmt.Printf("http://%s/w\n", listener.Addr())
	fmt.Printf("%s+%x+%s\n", name, keyID(key), base64.StdEncoding.EncodeToString(keyBytes(key)))
	go http.Serve(listener, nil)
	io.Copy(io.Discard, os.Stdin)
}
