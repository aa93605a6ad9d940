#!/bin/sh
# Writes the one token that is let in, and runs nginx. A token of other letters could end nginx' line, and is refused.
set -eu
token=$(tr -d '\r\n' < "${QUIZ_TOKEN:-/run/secrets/quiz/token}")
case $token in
    *[!A-Za-z0-9]*) token= ;;
esac
if [ "${#token}" -lt 32 ] || [ "${#token}" -gt 128 ]; then
    echo "the token must be 32 to 128 letters and digits; see the property that quiz.tokenProperty names" >&2
    exit 1
fi
echo "\"~^$token\$\" 1;" > "${QUIZ_RUN:-/tmp}/token.conf" # Without ~ nginx would not care about capitals.
exec nginx -c "${QUIZ_CONF:-/etc/quiz/chroma.conf}" -g 'daemon off;'
