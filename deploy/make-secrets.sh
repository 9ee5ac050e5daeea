#!/bin/sh
# Writes deploy/.env and deploy/secrets/ with fresh random values. Refuses to overwrite: delete both to start anew.
set -eu
cd "$(dirname "$0")"
if [ -e .env ] || [ -e secrets ]; then
  echo "deploy/.env or deploy/secrets exists already; delete both to make new ones." >&2
  exit 1
fi
umask 077
random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

database_password=$(random 24)
redis_server_password=$(random 24)
redis_agent_password=$(random 24)
s3_access_key_id=$(random 10)
s3_secret_access_key=$(random 24)

mkdir secrets
printf %s "$database_password" >secrets/postgres-password
printf %s "$(random 16)" >secrets/grafana-password
sed -e "s/@SERVER_PASSWORD@/$redis_server_password/" -e "s/@AGENT_PASSWORD@/$redis_agent_password/" \
  redis/users.acl.in >secrets/redis-users.acl
sed -e "s/@ACCESS_KEY_ID@/$s3_access_key_id/" -e "s/@SECRET_ACCESS_KEY@/$s3_secret_access_key/" \
  s3/identities.json.in >secrets/s3-identities.json
# The folder keeps others out; inside the containers other users must be able to read the files.
chmod 644 secrets/*

cat >.env <<ENV
FLEETUNE_ACCESS_KEY_ID=$(random 10)
FLEETUNE_SECRET_ACCESS_KEY=$(random 24)
FLEETUNE_TOKEN=$(random 24)
FLEETUNE_JOIN_TOKEN=$(random 24)
POSTGRES_PASSWORD=$database_password
REDIS_SERVER_PASSWORD=$redis_server_password
REDIS_AGENT_PASSWORD=$redis_agent_password
S3_ACCESS_KEY_ID=$s3_access_key_id
S3_SECRET_ACCESS_KEY=$s3_secret_access_key
ENV
echo "Wrote deploy/.env and deploy/secrets/."
