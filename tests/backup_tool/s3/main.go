// An S3 store in memory, on loopback, that refuses what is not signed with its keys: rclone's, as `rclone serve s3` has it.
// main ADDRESS-FILE BUCKET: the keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the file gets HOST:PORT.
package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

// An empty delimiter, as restic sends it, is none: S3 and MinIO take it so, this library does not.
type backend struct{ *s3mem.Backend }

func (store backend) ListBucket(
	about context.Context, name string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage,
) (*gofakes3.ObjectList, error) {
	if prefix != nil && prefix.Delimiter == "" {
		prefix.HasDelimiter = false
	}
	page.MaxKeys = min(page.MaxKeys, 20) // every listing has several pages
	return store.Backend.ListBucket(about, name, prefix, page)
}

func main() {
	backend := backend{s3mem.New()}
	if err := backend.CreateBucket(context.Background(), os.Args[2]); err != nil {
		log.Fatal(err)
	}
	keys := map[string]string{os.Getenv("AWS_ACCESS_KEY_ID"): os.Getenv("AWS_SECRET_ACCESS_KEY")}
	store := gofakes3.New(backend, gofakes3.WithV4Auth(keys))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1]+".new", []byte(listener.Addr().String()), 0o600); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(os.Args[1]+".new", os.Args[1]); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, store.Server()))
}
