#!/bin/sh
# A Location that is a whole URL or begins with a scheme goes to the client; a path would be answered inside the server.
case ${HTTPS:-off} in
    on) scheme=https ;;
    *) scheme=http ;;
esac
printf 'Status: 302 Found\nLocation: %s://%s%s/environment.py?came=by+redirect\n\n' "$scheme" "$HTTP_HOST" "${SCRIPT_NAME%/*}"
