#!/bin/sh
# Draw the password of the servers of full.yaml, once, into secrets/ (never committed).
set -eu
cd "$(dirname "$0")"
mkdir -p -m 700 secrets
for name in password coinmarketcap_key; do
  if [ ! -s "secrets/$name" ]; then
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$name"
    # Containers read it as a user of their own; the folder keeps others out.
    chmod 644 "secrets/$name"
  fi
done
