#!/bin/sh
# alive.sh node|sentinel: not alive is who goes another way than the node that replicas follow, as after a power cut of all machines
# one may that slept through the last fail-over. Started again, it asks.
. "${0%/*}/lib.sh"
leader=$(followed)
case $1 in
node)
    ask "$self" "$port" ping | grep -q . # An answer, if only that it is still loading.
    [ "${leader:-$self}" = "$self" ] || ! ask "$self" "$port" role | sed -n 1p | grep -qx master
    ;;
sentinel)
    found=$(told "$self")
    [ -n "$found" ]
    [ "${leader:-$found}" = "$found" ]
    ;;
esac
