# Sourced by run: real clients, nobody of ours wrote them, against a running demo.

dotnet_missing() { command -v mcs >/dev/null && command -v mono >/dev/null || echo 'no mono (Debian: mono-mcs, mono-runtime)'; }
node_missing() { command -v node >/dev/null && command -v npm >/dev/null || echo 'no node or npm'; }
python_missing() { /usr/bin/python3 -c 'import feedparser, lxml, requests' 2>/dev/null || echo 'no feedparser, lxml or requests for /usr/bin/python3'; }
ruby_missing() { ruby -e 'require "rss"; require "rexml/document"' 2>/dev/null || echo 'no ruby with rss and rexml'; }
jing_missing() { command -v jing >/dev/null || echo 'no jing'; }

# Which of the clients below can run; set by prepare_clients.
clients=()
clients_zone=America/Los_Angeles

# prepare NAME COMMAND…: makes a client ready, or skips it when its tools are missing.
prepare() {
	local name=$1 reason
	reason=$("${name}_missing")
	shift
	if [ -n "$reason" ]; then
		skip "client: $name" "$reason"
		return
	fi
	[ $# = 0 ] || step "client: prepare $name" "$@"
	clients+=("$name")
}

compile_dotnet() {
	local sources=conformance/mono
	mcs -out:"$out/DataServices.exe" -r:System.Data.Services.Client.dll -r:System.Xml.Linq.dll -r:System.Runtime.Serialization.dll \
		"$sources"/{Checks,Gateway,Entities,FilterCases}.cs "$sources"/DataServices*.cs &&
		mcs -out:"$out/Readers.exe" -r:System.ServiceModel.dll -r:System.Xml.Linq.dll -r:System.Data.dll -r:System.Runtime.Serialization.dll \
			"$sources"/{Checks,Gateway}.cs "$sources"/Readers*.cs &&
		mcs -out:"$out/Ended.exe" -r:System.Data.Services.Client.dll -r:System.Xml.Linq.dll -r:System.Runtime.Serialization.dll \
			"$sources"/{Checks,Gateway,Entities,Ended}.cs
}

install_npm() {
	mkdir -p "$out/npm" && cp conformance/npm/{package.json,package-lock.json,.npmrc} "$out/npm" &&
		(cd "$out/npm" && npm ci --omit=dev --ignore-scripts --loglevel=error)
}

# check_oidc: bearer tokens of an issuer that nobody here wrote; it starts a demo of its own.
check_oidc() {
	mkdir -p "$out/oidc" && cp conformance/oidc/{package.json,package-lock.json,.npmrc,bearer.js} "$out/oidc" &&
		(cd "$out/oidc" && npm ci --omit=dev --ignore-scripts --loglevel=error) &&
		openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=issuer -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
			-keyout "$out/oidc/key.pem" -out "$out/oidc/cert.pem" 2>"$out/oidc/openssl.log" &&
		node "$out/oidc/bearer.js" "$out/rwsgate" "$out/oidc/key.pem" "$out/oidc/cert.pem"
}
oidc_missing() {
	node_missing
	command -v openssl >/dev/null || echo 'no openssl'
}

# The clients' commands, each with the service root and whether the gateway asks for a password. They live in a zone that is
# not UTC, as the clients of the retired service did: a date that shifts by their zone is a fault.
run_dotnet() { TZ=$clients_zone mono "$out/DataServices.exe" "$@" && TZ=$clients_zone mono "$out/Readers.exe" "$@"; }
run_node() { TZ=$clients_zone NODE_PATH="$out/npm/node_modules" node conformance/npm/datajs.js "$@"; }
run_python() { TZ=$clients_zone /usr/bin/python3 -B conformance/python/readers.py "$@"; }
run_ruby() { TZ=$clients_zone ruby conformance/ruby/feeds.rb "$@"; }
run_jing() { mkdir -p "$out/feeds" && conformance/atom/grammar.sh "$1" "$out/feeds"; }

# The same clients where the rollout has gone on, each with the service root and what is in force.
end_dotnet() { TZ=$clients_zone mono "$out/Ended.exe" "$@"; }
end_node() { TZ=$clients_zone NODE_PATH="$out/npm/node_modules" node conformance/npm/ended.js "$@"; }
end_python() { TZ=$clients_zone /usr/bin/python3 -B conformance/python/ended.py "$@"; }
end_ruby() { TZ=$clients_zone ruby conformance/ruby/ended.rb "$@"; }

# find_faults: puts faults between the clients and the demo, to prove that the programs above can fail.
find_faults() {
	local commands=() name
	for name in "${clients[@]}"; do
		case $name in
		dotnet) commands+=("dotnet=mono $out/DataServices.exe {root} password" "dotnet=mono $out/Readers.exe {root} password") ;;
		node) commands+=("node=env NODE_PATH=$out/npm/node_modules node conformance/npm/datajs.js {root} password") ;;
		python) commands+=("python=/usr/bin/python3 -B conformance/python/readers.py {root} password") ;;
		ruby) commands+=("ruby=ruby conformance/ruby/feeds.rb {root} password") ;;
		jing) commands+=("jing=conformance/atom/grammar.sh {root} {folder}") ;;
		esac
	done
	/usr/bin/python3 -B conformance/python/faults.py "$url/" "${commands[@]}"
}

# or_stop COMMAND…: a failing client takes the demo with it, because its step ends the run.
or_stop() { "$@" || { stop_demo; return 1; }; }

# against MODE FLAGS…: all clients against one demo.
against() {
	local mode=$1 name
	shift
	step "client: demo, $mode" serve_demo "clients-$mode" --now 2026-11-23 --page-size 50 "$@"
	for name in "${clients[@]}"; do
		step "client: $name, $mode" or_stop "run_$name" "$url/" "$mode"
	done
	step "client: the demo ends, $mode" stop_demo
}

# until_the_end: all clients before a brownout, in it, and when the reports are retired. One store goes through all three:
# the brownout hits only clients that were seen before it, and none of those may be new in it.
until_the_end() {
	local stage phase name
	for stage in announce=2026-11-22 brownout=2026-11-23 retired=2026-12-01; do
		phase=${stage%=*}
		step "client: demo, $phase" serve_demo "clients-$phase" --now "${stage#*=}" --config conformance/rollout.yaml --page-size 50 \
			--auth-anonymous none --store "sqlite:$out/clients.db"
		for name in "${clients[@]}"; do
			[ "$name" = jing ] || step "client: $name, $phase" or_stop "end_$name" "$url/" "$phase"
		done
		step "client: the demo ends, $phase" stop_demo
	done
}

check_clients() {
	local reason
	reason=$(oidc_missing)
	if [ -n "$reason" ]; then skip 'client: bearer tokens' "$reason"; else step 'client: bearer tokens' check_oidc; fi
	prepare dotnet compile_dotnet
	prepare node install_npm
	prepare python
	prepare ruby
	prepare jing
	if [ ${#clients[@]} = 0 ]; then return; fi
	against open
	against password --auth-anonymous none
	until_the_end
	if [ ! -x /usr/bin/python3 ]; then
		skip 'client: faults are noticed' 'no /usr/bin/python3'
		return
	fi
	# More requests than one principal may make in a second, in which a demo with a fixed clock stays.
	step 'client: demo, faults' serve_demo clients-faults --now 2026-11-23 --page-size 50 --auth-anonymous none --limits-requests-per-second 1000000
	step 'client: faults are noticed' or_stop find_faults
	step 'client: the demo ends, faults' stop_demo
}
