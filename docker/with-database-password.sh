#!/bin/sh
# Both PostgreSQL drivers read PGPASSWORD: the password stays out of URLs, arguments and the container's description.
set -eu
if [ -n "${KARGAH_DATABASE_PASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$KARGAH_DATABASE_PASSWORD_FILE")
  export PGPASSWORD
fi
exec "$@"
