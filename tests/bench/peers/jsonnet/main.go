// go-jsonnet as a library, in one process: evaluates one program for every file of values, "program<TAB>values<TAB>output" a line.
package main

import (
	"bufio"
	"log"
	"os"
	"strings"

	"github.com/google/go-jsonnet"
)

func main() {
	log.SetFlags(0)
	machine := jsonnet.MakeVM() // it keeps what it has parsed, so a program is read once
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		values, err := os.ReadFile(parts[1])
		if err != nil {
			log.Fatal(err)
		}
		machine.TLACode("values", string(values))
		json, err := machine.EvaluateFile(parts[0])
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(parts[2], []byte(json), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
