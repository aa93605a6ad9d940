// compose reads a Compose project as `docker compose config` does, by the same library: the schema of the Compose specification,
// include, extends, interpolation and .env. `compose env` reads one .env from standard input. Both print JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
)

func main() {
	found, err := run(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(found)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) (any, error) {
	if len(arguments) == 1 && arguments[0] == "env" {
		return dotenv.ParseWithLookup(os.Stdin, func(string) (string, bool) { return "", false })
	}
	if len(arguments) < 2 || arguments[0] != "config" {
		return nil, fmt.Errorf("usage: compose env | compose config FOLDER [PROFILE...]")
	}
	options, err := cli.NewProjectOptions(
		nil,
		cli.WithWorkingDirectory(arguments[1]),
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithDefaultConfigPath,
		cli.WithProfiles(arguments[2:]),
	)
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}
