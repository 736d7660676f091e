# services.sh is sourced: services_start brings up a throw-away PostgreSQL cluster
# and a redis-server on loopback and sets the two addresses; services_stop ends
# what was started, by process id, and removes the folder.
# shellcheck shell=bash

services_dir=
redis_pid=

services_start() {
	services_dir=$(mktemp -d "${TMPDIR:-/tmp}/copse-services.XXXXXX")
	chmod 755 "$services_dir"
	start_postgres
	start_redis
	echo "PostgreSQL at $services_postgres, Redis at $services_redis"
}

services_stop() {
	[ -n "$services_dir" ] || return 0
	if [ -f "$services_dir/pg/postmaster.pid" ]; then
		as_postgres "$pg_bin/pg_ctl" -D "$services_dir/pg" -m immediate -s stop || true
	fi
	if [ -n "$redis_pid" ]; then
		kill "$redis_pid" 2>/dev/null || true
		wait "$redis_pid" 2>/dev/null || true
	fi
	rm -rf "$services_dir"
	services_dir=
}

# PostgreSQL refuses to run as root, so root lends it the postgres user.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

free_port() {
	local port
	for port in $(seq "$1" $(($1 + 200))); do
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
	echo "no free port from $1 on" >&2
	return 1
}

# Debian keeps the server's programs out of PATH, one folder per version.
newest_postgres() {
	printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1
}

start_postgres() {
	local port
	pg_bin=$(newest_postgres)
	[ -x "$pg_bin/initdb" ] || pg_bin=$(dirname "$(command -v initdb)")
	port=$(free_port 5499)
	mkdir "$services_dir/pg"
	[ "$(id -u)" != 0 ] || chown postgres "$services_dir/pg"
	(
		cd /
		as_postgres "$pg_bin/initdb" -D "$services_dir/pg" -U copse -A trust -E UTF8 \
			--locale=C.UTF-8 --no-sync >"$services_dir/initdb.log"
		# The cluster lives for one run: durability is switched off for speed.
		as_postgres "$pg_bin/pg_ctl" -D "$services_dir/pg" -w -s -l "$services_dir/pg/log" start -o "\
-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$services_dir/pg \
-c fsync=off -c synchronous_commit=off -c full_page_writes=off \
-c max_connections=300 -c shared_buffers=128MB -c max_wal_size=2GB -c autovacuum_naptime=10min"
	)
	services_postgres="postgres://copse@127.0.0.1:$port/postgres?sslmode=disable"
}

start_redis() {
	local port
	port=$(free_port 6399)
	redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no \
		--dir "$services_dir" --logfile "$services_dir/redis.log" &
	redis_pid=$!
	for _ in $(seq 100); do
		if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			services_redis="redis://127.0.0.1:$port/0"
			return
		fi
		kill -0 "$redis_pid" 2>/dev/null || break
		sleep 0.05
	done
	cat "$services_dir/redis.log" >&2
	return 1
}
