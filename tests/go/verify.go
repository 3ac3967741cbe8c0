// Verify checks a published ledger with Go's own packages golang.org/x/mod/sumdb/note and tlog.
//
//	verify DIR PUBLIC-KEY INCLUSIONS CONSISTENCIES
//
// DIR holds the files of C2SP tlog-tiles. Go's packages name tiles tile/8/LEVEL/..., so the reader
// leaves the height out of the path; nothing else is adapted. Places and sizes are drawn with a
// fixed seed. It prints how many proofs it checked and exits 1 at the first that fails.
package main

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), name))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

// entry reads record n from its bundle.
func (f folder) entry(n, size int64) []byte {
	tile := tlog.Tile{H: 8, L: 0, N: n / 256, W: 256}
	if rest := size - tile.N*256; rest < 256 {
		tile.W = int(rest)
	}
	name := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(string(f), name))
	check(err)
	for skip := n % 256; ; skip-- {
		length := int(binary.BigEndian.Uint16(data))
		if skip == 0 {
			return data[2 : 2+length]
		}
		data = data[2+length:]
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	dir, key := folder(os.Args[1]), os.Args[2]
	inclusions, err := strconv.Atoi(os.Args[3])
	check(err)
	consistencies, err := strconv.Atoi(os.Args[4])
	check(err)

	verifier, err := note.NewVerifier(key)
	check(err)
	content, err := os.ReadFile(filepath.Join(string(dir), "checkpoint"))
	check(err)
	opened, err := note.Open(content, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	tree := tlog.Tree{N: size, Hash: root}
	hashes := tlog.TileHashReader(tree, dir)
	fmt.Println("signature", opened.Sigs[0].Name)

	dice := rand.New(rand.NewSource(1))
	for i := 0; i < inclusions; i++ {
		n := dice.Int63n(size)
		proof, err := tlog.ProveRecord(size, n, hashes)
		check(err)
		leaf := tlog.RecordHash(dir.entry(n, size))
		check(tlog.CheckRecord(proof, size, root, n, leaf))
	}
	fmt.Println("inclusion", inclusions)
	for i := 0; i < consistencies; i++ {
		old := 1 + dice.Int63n(size)
		if i < 4 { // the edges of tiles too
			old = []int64{1, 255, 256, 65536}[i]
		}
		before, err := tlog.TreeHash(old, hashes)
		check(err)
		proof, err := tlog.ProveTree(size, old, hashes)
		check(err)
		check(tlog.CheckTree(proof, size, root, old, before))
	}
	fmt.Println("consistency", consistencies)
}
