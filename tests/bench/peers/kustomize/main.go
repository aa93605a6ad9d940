// kustomize as a library, in one process: builds every overlay of a list, "folder<TAB>output" a line.
package main

import (
	"bufio"
	"log"
	"os"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// options are those of `kubectl kustomize` and `kustomize build` without flags.
func options() *krusty.Options {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	options.LoadRestrictions = types.LoadRestrictionsRootOnly
	return options
}

func build(line string) error {
	folder, output, _ := strings.Cut(line, "\t")
	resources, err := krusty.MakeKustomizer(options()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return err
	}
	yaml, err := resources.AsYaml()
	if err != nil {
		return err
	}
	return os.WriteFile(output, yaml, 0o644)
}

func main() {
	log.SetFlags(0)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := build(lines.Text()); err != nil {
			log.Fatal(err)
		}
	}
}
