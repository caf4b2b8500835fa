# Sourced by run: unchanged clients that know https://reports.office365.com alone, in network and mount namespaces of their
# own. "gate" is the gateway's machine, "app" the client's; a cable (veth) joins them, and nothing else is to be reached.
# The fences "sh script" of docs/intercept.md are run here as they stand there.

intercept_root=https://reports.office365.com/ecp/reportingwebservice/reporting.svc/

intercept_missing() {
	local tool
	[ "$(id -u)" = 0 ] || { echo 'network namespaces are made as root here'; return; }
	for tool in unshare nsenter setpriv ip sysctl openssl getent /usr/bin/python3; do
		command -v "$tool" >/dev/null || { echo "no $tool (Debian: util-linux iproute2 procps openssl)"; return; }
	done
	# A CI machine may be a container that may not do this.
	unshare --net --mount sh -ec 'ip link set lo up; ip link add cable type veth peer name other; sysctl -qw net.ipv4.ip_unprivileged_port_start=0
		mount -t tmpfs none /mnt' 2>"$out/intercept.log" || echo "namespaces cannot be used on this machine: $(tail -1 "$out/intercept.log")"
}

# machine NAME: a network and a mount namespace that live as long as a sleeping process, with an /etc of their own. Sets
# machine_pid.
machine() {
	local tries
	unshare --net --mount --propagation private sleep 1800 &
	machine_pid=$!
	machines+=("$machine_pid")
	for tries in $(seq 100); do
		[ "$(readlink "/proc/$machine_pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] && [ "$(readlink "/proc/$machine_pid/exe")" = "$(readlink -f "$(command -v sleep)")" ] && break
		sleep 0.1
	done
	mkdir -p "$folder/$1"
	nsenter -t "$machine_pid" -n -m sh -ec '
		ip link set lo up
		mount -t tmpfs none "$1"
		mkdir "$1/etc" "$1/work" "$1/ca" "$1/mono" "$1/mono-work"
		mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc,workdir=$1/work" /etc
		mount --bind "$1/ca" /usr/local/share/ca-certificates
		[ ! -d /usr/share/.mono ] || mount -t overlay overlay -o "lowerdir=/usr/share/.mono,upperdir=$1/mono,workdir=$1/mono-work" /usr/share/.mono
		echo 127.0.0.1 localhost >/etc/hosts
		rm -f /etc/resolv.conf
		touch /etc/resolv.conf
		echo rwsgate:x:65532:65532::/:/usr/sbin/nologin >>/etc/passwd
		echo rwsgate:x:65532: >>/etc/group
		mkdir -m 0755 /etc/rwsgate' sh "$folder/$1"
}

# within PID COMMAND…: on one of the machines, in the folder that both see, with a home of its own.
within() {
	local pid=$1
	shift
	nsenter -t "$pid" -n -m env -i HOME="$folder/home" PATH="$folder/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" LANG=C.UTF-8 TZ="$clients_zone" \
		sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
}
in_gate() { within "$gate" "$@"; }
in_app() { within "$app" "$@"; }

# unprivileged PID COMMAND…: as user 65532 without any capability, the way to get one closed.
unprivileged() {
	local pid=$1
	shift
	exec nsenter -t "$pid" -n -m setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
}

# blocks HEADING: runs the fences "sh script" below a heading of docs/intercept.md, in order: on the gateway's machine
# where the first line says so, else on the client's.
blocks() {
	local file machine
	rm -f "$folder"/block.*
	awk -v heading="## $1" -v at="$folder/block." '
		/^## / { inside = $0 == heading }
		/^```/ { if (open) { open = 0; close(name) } else if (inside && $0 == "```sh script") { open = 1; name = sprintf("%s%02d", at, ++n) } ; next }
		open { print > name }' docs/intercept.md
	[ -e "$folder/block.01" ] || { echo "docs/intercept.md has no commands below: $1"; return 1; }
	for file in "$folder"/block.*; do
		machine=$app
		! head -1 "$file" | grep -qx "# on the gateway's machine" || machine=$gate
		within "$machine" sh -euc "$(cat "$file")" >"$folder/block.out" 2>&1 || { cat "$file" "$folder/block.out"; return 1; }
		blocks_run=$((blocks_run + 1))
	done
}

# gateway_up NAME PID FLAGS…: starts a gateway on a machine and waits until it is ready; sets gateway_pid.
gateway_up() {
	local name=$1 pid=$2 tries
	shift 2
	(unprivileged "$pid" "$folder/bin/rwsgate" serve "$@") >>"$folder/$name.log" 2>&1 &
	gateway_pid=$!
	started+=("$gateway_pid")
	for tries in $(seq 200); do
		within "$pid" rwsgate health >/dev/null 2>&1 && break
		kill -0 "$gateway_pid" 2>/dev/null || break
		sleep 0.1
	done
	within "$pid" rwsgate health >/dev/null && grep -q '^Uid:	65532	65532	65532	65532$' "/proc/$gateway_pid/status" &&
		grep -q '^CapBnd:	0*$' "/proc/$gateway_pid/status" && grep -q '^CapEff:	0*$' "/proc/$gateway_pid/status" ||
		{ tail -5 "$folder/$name.log"; echo "$name is not ready, or has another user or a capability"; return 1; }
}

# gateway_down PID MACHINE: ends a gateway; it says that it is not ready while it still answers.
gateway_down() {
	local said=
	kill -TERM "$1"
	while kill -0 "$1" 2>/dev/null; do
		said=$(within "$2" curl -s -w '%{http_code}' http://127.0.0.1:9090/readyz || true)
		[ "${said: -3}" != 503 ] || break
	done
	wait "$1" || { echo 'SIGTERM did not end it with 0'; return 1; }
	ended=$(date +%s%3N)
	[ "${said: -3}" = 503 ] || { echo "/readyz did not turn to 503 before the end: $said"; return 1; }
}

# restarted PID MACHINE NAME FLAGS…: ends a gateway and starts it again; sets gateway_pid.
restarted() {
	gateway_down "$1" "$2" && gateway_up "$3" "$2" "${@:4}" && echo "  ready again $(($(date +%s%3N) - ended)) ms after the end"
}

# The clients, each told of the certificate authority as its runtime wants, but for the others' way.
ask_curl() { in_app env "$@" curl -fsS -u reader@example.onmicrosoft.com:demo -D "$folder/headers" -o "$folder/answer" "${intercept_root}CsP2PAVTimeDaily" && grep -qi '^x-rwsgate-answer: ' "$folder/headers" && echo 'one page'; }
ask_python() { in_app env "$@" /usr/bin/python3 -B "$PWD/conformance/intercept/pages.py" "$intercept_root"; }
ask_node() { in_app env "$@" node "$PWD/conformance/intercept/pages.js" "$intercept_root"; }
ask_ruby() { in_app env "$@" ruby "$PWD/conformance/intercept/pages.rb" "$intercept_root"; }
ask_java() { in_app env "$@" java "$PWD/conformance/intercept/Pages.java" "$intercept_root"; }
ask_dotnet() { in_app env "$@" mono "$folder/bin/DataServices.exe" "$intercept_root" password; }

trust_curl() { echo CURL_CA_BUNDLE=tls/ca.pem; }
trust_python() { echo REQUESTS_CA_BUNDLE=tls/ca.pem; }
trust_node() { echo NODE_EXTRA_CA_CERTS=tls/ca.pem; }
trust_ruby() { echo SSL_CERT_FILE=tls/ca.pem; }
trust_java() { echo 'JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=java-trust -Djavax.net.ssl.trustStorePassword=changeit'; }
trust_dotnet() { echo A=a; } # the store of the user, which the page's commands fill

# system_trust: what a client still needs where the whole machine trusts. A new home has no store of its own.
system_trust() { [ "$1" = node ] && echo NODE_EXTRA_CA_CERTS=/usr/local/share/ca-certificates/rwsgate.crt || echo "HOME=$folder/another-home"; }

# everybody trusted|untrusted|system: each client reads the report by its own trust or the machine's, or refuses a
# certificate that it has no reason to trust.
everybody() {
	local name said trust
	for name in "${intercept_clients[@]}"; do
		if [ "$1" = untrusted ]; then
			if said=$("ask_$name" A=a 2>&1); then echo "$name takes any certificate"; return 1; fi
			grep -qiE 'certificat|PKIX|TrustFailure|UNABLE_TO_VERIFY|SELF_SIGNED|ssl' <<<"$said" || { echo "$said"; echo "$name fails for another reason"; return 1; }
			continue
		fi
		trust=$("trust_$name")
		[ "$1" = trusted ] || trust=$(system_trust "$name")
		said=$("ask_$name" "$trust" 2>&1) || { echo "$said" | tail -20; echo "$name is not answered"; return 1; }
		echo "  $name: $(tail -1 <<<"$said")"
	done
}

# intercept_who: which clients are there.
intercept_who() {
	local name reason
	intercept_clients=(curl python)
	for name in node ruby dotnet java; do
		case $name in
		java) reason=$(command -v java >/dev/null && command -v keytool >/dev/null && java --list-modules 2>/dev/null | grep -q '^jdk.compiler' || echo 'no java with its compiler') ;;
		dotnet) reason=$([ -e "$out/DataServices.exe" ] || echo 'its programs were not compiled') ;;
		*) reason=$("${name}_missing") ;;
		esac
		if [ -n "$reason" ]; then echo "  without $name: $reason"; else intercept_clients+=("$name"); fi
	done
}

# load_up AGENT FLAGS…: begins to ask; load_down ends it, prints its counts, and fails if a request failed.
load_up() {
	load_agent=$1
	shift
	(exec nsenter -t "$app" -n -m "$folder/bin/replicas" load -url "${intercept_root}CsP2PAVTimeDaily?\$top=5" -ca "$folder/tls/ca.pem" -agent "$load_agent" -for 120s "$@") >"$folder/load.out" 2>"$folder/load.err" &
	load_pid=$!
	started+=("$load_pid")
	sleep 1
}
load_down() {
	sleep 1
	kill -TERM "$load_pid"
	wait "$load_pid" || { cat "$folder/load.out" "$folder/load.err"; return 1; }
	sed "s/^/  $load_agent: /" "$folder/load.out"
}
counted() { grep -o "$1=[0-9]*" "$folder/load.out" | cut -d= -f2; }

# in_ledger AGENT COUNT: the gateway's ledger has exactly so many calls of it.
in_ledger() {
	local tries found
	for tries in $(seq 100); do
		found=$(in_gate curl -fsS http://127.0.0.1:9090/api/usage | /usr/bin/python3 -c 'import json, sys
print(sum(c["calls"] for c in json.load(sys.stdin)["clients"] if c["user_agent"] == sys.argv[1]))' "$1")
		[ "$found" = "$2" ] && return 0
		sleep 0.2
	done
	echo "the ledger has $found calls of $1, $2 were answered"
	return 1
}

serial() { in_app openssl s_client -connect reports.office365.com:443 -servername reports.office365.com </dev/null 2>/dev/null | openssl x509 -noout -serial; }

# renewed OLD: waits until new connections get another certificate.
renewed() {
	local tries
	for tries in $(seq 150); do
		[ "$(serial)" != "$1" ] && return 0
		sleep 0.2
	done
	echo 'the old certificate is still shown'
	return 1
}

intercept_config() {
	{
		cat <<-END
			listen: 192.0.2.10:443
			tls: { cert_file: /etc/rwsgate/tls.crt, key_file: /etc/rwsgate/tls.key }
			auth: { htpasswd_file: users }
			store: sqlite:store/rwsgate.db
			limits: { page_size: 50, requests_per_second: 100000 }
			trusted_proxies: [192.0.2.20]
		END
		cat "$folder/standin/tenants.yaml"
	} >"$folder/standin/rwsgate.yaml"
}

# intercept_up: two machines with a cable, a stand-in of Graph on the gateway's, and the programs.
intercept_up() {
	local tries
	rm -rf "$folder"
	mkdir -p "$folder"/{bin,home,another-home,standin/store}
	chmod 755 "$out" "$folder" && chown 65532 "$folder/standin/store"
	go build -o "$folder/bin/replicas" ./conformance/replicas && cp "$out/rwsgate" "$folder/bin/" || return 1
	[ ! -e "$out/DataServices.exe" ] || cp "$out/DataServices.exe" "$folder/bin/"
	machine gate && gate=$machine_pid && machine app && app=$machine_pid || return 1
	nsenter -t "$gate" -n ip link add cable type veth peer name cable netns "$app" &&
		in_gate ip addr add 192.0.2.10/24 dev cable && in_gate ip link set cable up &&
		in_app ip addr add 192.0.2.20/24 dev cable && in_app ip link set cable up || return 1
	(exec nsenter -t "$gate" -n "$folder/bin/replicas" standin "$folder/standin") >"$folder/standin.log" 2>&1 &
	started+=($!)
	for tries in $(seq 100); do [ -s "$folder/standin/counts" ] && break || sleep 0.1; done
	printf 'demo\n' | in_gate rwsgate passwd reader@example.onmicrosoft.com --file standin/users --password-stdin >/dev/null &&
		chmod 644 "$folder/standin/users" && intercept_config
}

intercept_end() {
	kill "${started[@]}" 2>/dev/null
	kill "${machines[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$folder"
}

# intercept_full: a gateway on the other machine, under the name of the retired service.
intercept_full() {
	local old
	blocks 'The certificate' || return 1
	if in_gate setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all rwsgate serve --config standin/rwsgate.yaml >"$folder/refused.log" 2>&1; then
		echo 'it could use port 443 without being allowed to'
		return 1
	fi
	grep -q 'permission denied' "$folder/refused.log" || { cat "$folder/refused.log"; return 1; }
	blocks 'Port 443' && gateway_up central "$gate" --config "$folder/standin/rwsgate.yaml" && central=$gateway_pid || return 1
	! in_app getent hosts reports.office365.com || { echo 'the name is known before its entry'; return 1; }
	blocks 'The name' && everybody untrusted && blocks 'The certificate on the client' && everybody trusted &&
		blocks 'The proxy trap' && blocks 'Which server answered' || return 1
	echo '  a new certificate, then a restart, under load:'
	old=$(serial)
	load_up full
	blocks 'Renewal and restart' && renewed "$old" || return 1
	restarted "$central" "$gate" central --config "$folder/standin/rwsgate.yaml" && central=$gateway_pid || return 1
	sleep 4 # whoever was refused has come again
	load_down && [ "$(counted certificates)" = 2 ] && in_ledger full "$(counted answered)"
}

# intercept_thin: a sidecar on the client's own machine, the gateway behind it.
intercept_thin() {
	local old sidecar
	in_app sh -ec "install -o rwsgate -m 0400 tls/tls.key /etc/rwsgate/ && install -m 0644 tls/tls.crt tls/ca.pem /etc/rwsgate/
		sysctl -qw net.ipv4.ip_unprivileged_port_start=0
		sed -i 's/^192.0.2.10 reports/127.0.0.1 reports/' /etc/hosts && echo 192.0.2.10 rwsgate.reporting.svc >>/etc/hosts" || return 1
	sidecar=(--forward-url https://rwsgate.reporting.svc --forward-ca-file /etc/rwsgate/ca.pem --listen 127.0.0.1:443 --tls-cert-file /etc/rwsgate/tls.crt --tls-key-file /etc/rwsgate/tls.key)
	gateway_up sidecar "$app" "${sidecar[@]}" && side=$gateway_pid && everybody trusted || return 1
	echo '  a new certificate, then restarts of sidecar and central gateway, under load:'
	old=$(serial)
	load_up thin
	in_gate rwsgate cert --renew tls >/dev/null && in_app sh -ec 'install -m 0644 tls/tls.crt /etc/rwsgate/ && install -o rwsgate -m 0400 tls/tls.key /etc/rwsgate/' && renewed "$old" || return 1
	restarted "$side" "$app" sidecar "${sidecar[@]}" && side=$gateway_pid || return 1
	sleep 4
	load_down && [ "$(counted certificates)" = 2 ] && in_ledger thin "$(counted answered)" || return 1
	load_up central-away
	gateway_down "$central" "$gate" && sleep 3 && gateway_up central "$gate" --config "$folder/standin/rwsgate.yaml" && central=$gateway_pid || return 1
	load_down && [ "$(counted refused)" = 0 ] && in_ledger central-away "$(counted answered)"
}

check_intercept() (
	folder=$out/intercept machines=() started=() blocks_run=0
	trap intercept_end EXIT
	intercept_up || { tail -3 "$folder"/*.log; exit 1; }
	intercept_who
	echo 'a gateway on another machine:'
	intercept_full || exit 1
	echo 'a sidecar on the same machine:'
	intercept_thin || exit 1
	blocks 'The whole machine' && everybody system && blocks 'Undo' || exit 1
	! in_app getent hosts reports.office365.com || { echo 'the name is still known'; exit 1; }
	[ "$blocks_run" = "$(grep -c '^```sh script$' docs/intercept.md)" ] || { echo "only $blocks_run commands of docs/intercept.md were run"; exit 1; }
	[ "$(in_gate curl -fsS "$(cat "$folder/standin/counts")" | grep -o '"Reports":[0-9]*')" = '"Reports":1' ] || { echo 'Graph was asked more than once'; exit 1; }
	gateway_down "$side" "$app" && gateway_down "$central" "$gate" && echo 'one report call in all; every command of docs/intercept.md was run'
)
