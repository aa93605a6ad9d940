#!/bin/sh
# Brings the model's version into the cache that all pods share, unless it is there, and points at it. A version is whole or not there: it
# is pulled beside and renamed last. The bucket has a list of sums (SHA256SUMS) in each version's folder, and what differs is thrown away.
set -eu
settings=${AI_SETTINGS:-/etc/moodle-ai}
secrets=${AI_SECRETS:-/run/secrets/models}
cache=${AI_CACHE:-/var/cache/models}
here=${AI_HERE:-/var/models}

read_setting() { tr -d '\r\n' < "$1"; }
model=$(read_setting "$settings/model")
version=$(read_setting "$settings/version")
folder=$cache/$model/$version

if [ -d "$folder" ]; then
    echo "$model $version is in the cache"
else
    RCLONE_CONFIG_STORE_TYPE=s3
    RCLONE_CONFIG_STORE_PROVIDER=Other
    RCLONE_CONFIG_STORE_ENDPOINT=$(read_setting "$settings/endpoint")
    RCLONE_CONFIG_STORE_REGION=$(read_setting "$settings/region")
    RCLONE_CONFIG_STORE_ACCESS_KEY_ID=$(read_setting "$secrets/key-id")
    RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY=$(read_setting "$secrets/secret-key")
    export RCLONE_CONFIG_STORE_TYPE RCLONE_CONFIG_STORE_PROVIDER RCLONE_CONFIG_STORE_ENDPOINT RCLONE_CONFIG_STORE_REGION
    export RCLONE_CONFIG_STORE_ACCESS_KEY_ID RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY
    from=store:$(read_setting "$settings/bucket")/$(read_setting "$settings/prefix")$model/$version
    mkdir -p "$cache/$model"
    part=$(mktemp -d "$cache/$model/.part.XXXXXX") # Two pods may pull at one time; the first to end wins.
    trap 'rm -rf "$part"' EXIT
    rclone copy --config /dev/null --retries 5 "$from" "$part"
    if [ ! -s "$part/SHA256SUMS" ]; then
        echo "$model $version has no SHA256SUMS in the bucket; upload it with the model" >&2
        exit 1
    fi
    (cd "$part" && sha256sum -c --quiet SHA256SUMS) || {
        echo "$model $version is not what SHA256SUMS says; nothing of it is kept" >&2
        exit 1
    }
    chmod -R a+rX "$part"
    if mv -T "$part" "$folder" 2>/dev/null; then
        echo "$model $version was pulled"
    elif [ ! -d "$folder" ]; then
        echo "$model $version cannot be moved into the cache" >&2
        exit 1
    fi
fi
ln -sfn "$folder" "$here/current"
