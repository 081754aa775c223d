// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Checks the checkpoint and every inclusion proof of an evidence file with Go's own note and tlog packages.
// usage: check_log FILE
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type evidence struct {
	Keys struct {
		Log string `json:"log"`
	} `json:"keys"`
	Checkpoint string  `json:"checkpoint"`
	Entries    []entry `json:"entries"`
}

type entry struct {
	Index     int64    `json:"index"`
	Leaf      string   `json:"leaf"`
	Receipt   string   `json:"receipt"`
	Inclusion []string `json:"inclusion"`
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func hashOf(text string) tlog.Hash {
	var hash tlog.Hash
	if copy(hash[:], must(base64.StdEncoding.DecodeString(text))) != tlog.HashSize {
		log.Fatal("not a hash: ", text)
	}
	return hash
}

// leafOf is the text of an entry: as it stands, or a receipt's payload without its last member.
func leafOf(e entry) string {
	if e.Receipt == "" {
		return e.Leaf
	}
	payload := string(must(base64.RawURLEncoding.DecodeString(strings.Split(e.Receipt, ".")[1])))
	return payload[:strings.LastIndex(payload, `,"log":`)] + "}"
}

func main() {
	var file evidence
	if err := json.Unmarshal(must(os.ReadFile(os.Args[1])), &file); err != nil {
		log.Fatal(err)
	}
	opened := must(note.Open([]byte(file.Checkpoint), note.VerifierList(must(note.NewVerifier(file.Keys.Log)))))
	lines := strings.Split(opened.Text, "\n")
	size := must(strconv.ParseInt(lines[1], 10, 64))
	for _, e := range file.Entries {
		var proof tlog.RecordProof
		for _, hash := range e.Inclusion {
			proof = append(proof, hashOf(hash))
		}
		if err := tlog.CheckRecord(proof, size, hashOf(lines[2]), e.Index, tlog.RecordHash([]byte(leafOf(e)))); err != nil {
			log.Fatalf("entry %d: %v", e.Index, err)
		}
	}
	fmt.Printf("%d entries are in the log of %d\n", len(file.Entries), size)
}
