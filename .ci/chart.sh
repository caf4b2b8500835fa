# Sourced by run: the Helm chart. helm, helm-unittest and kubeconform are Go tools pinned in tools/helm; the schemas are
# made of Kubernetes' own OpenAPI document and of the definitions in the modules of those who define a resource.

chart_sources=(
	'k8s.io/kubernetes@v1.37.2 h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE='
	'github.com/prometheus-operator/prometheus-operator@v0.85.0 h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s='
	'github.com/cert-manager/cert-manager@v1.21.2 h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68='
)
chart_kube=1.31.0

check_chart() {
	chart=$out/chart
	mkdir -p "$chart/bin"
	chart_tools && chart_schemas && chart_render && chart_accepted && chart_refused && chart_library && chart_alerts && chart_page
}

chart_tools() {
	(cd tools/helm && nice go build -o "$chart/bin/" helm.sh/helm/v3/cmd/helm \
		github.com/helm-unittest/helm-unittest/cmd/helm-unittest github.com/yannh/kubeconform/cmd/kubeconform ./schemas) || return 1
	export HELM_CACHE_HOME=$chart/cache HELM_CONFIG_HOME=$chart/config HELM_DATA_HOME=$chart/data
	helm() { "$chart/bin/helm" "$@"; }
}

# chart_module "MODULE@VERSION SUM": its folder; go checks the sum database too, where there is one.
chart_module() {
	local answer
	answer=$(cd "$chart" && go mod download -json "${1% *}") || { echo "$answer" >&2; return 1; }
	grep -qF "\"Sum\": \"${1#* }\"" <<<"$answer" || { echo "$1: another sum: $answer" >&2; return 1; }
	sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$answer"
}

chart_schemas() {
	local kubernetes operator manager
	kubernetes=$(chart_module "${chart_sources[0]}") && operator=$(chart_module "${chart_sources[1]}") &&
		manager=$(chart_module "${chart_sources[2]}") || return 1
	operator=$operator/example/prometheus-operator-crd/monitoring.coreos.com
	"$chart/bin/schemas" "$chart/schemas" "$kubernetes/api/openapi-spec/swagger.json" \
		"${operator}_servicemonitors.yaml" "${operator}_prometheusrules.yaml" \
		"$manager/deploy/crds/cert-manager.io_certificates.yaml"
}

# chart_valid: validates the manifests of its input.
chart_valid() {
	"$chart/bin/kubeconform" -strict -summary -schema-location "$chart/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" -
}

chart_render() {
	local values name
	"$chart/bin/helm-unittest" --strict charts/rwsgate || return 1
	for values in charts/rwsgate/ci/*-values.yaml; do
		name=$(basename "$values" -values.yaml)
		helm lint --strict --kube-version "$chart_kube" charts/rwsgate -f "$values" >"$chart/lint" 2>&1 || { cat "$chart/lint"; return 1; }
		helm template r charts/rwsgate -n reporting --kube-version "$chart_kube" -f "$values" >"$chart/$name.yaml" || return 1
		chart_valid <"$chart/$name.yaml" >"$chart/valid" || { echo "$name:"; cat "$chart/valid"; return 1; }
		echo "$name: $(cat "$chart/valid")"
	done
	# Each of these must be found, or nothing of the above means anything.
	sed 's/enableServiceLinks/enableServiceLink/' "$chart/sqlite.yaml" | chart_valid >/dev/null && { echo 'an unknown field was not found'; return 1; }
	sed 's/issuerRef/issuer/' "$chart/postgres.yaml" | chart_valid >/dev/null && { echo 'an unknown field of a Certificate was not found'; return 1; }
	[ "$(chart_checksum postgres)" != "$(chart_checksum postgres --set config.log.level=warn)" ] || { echo 'the checksum does not follow the configuration'; return 1; }
}

chart_checksum() {
	helm template r charts/rwsgate --kube-version "$chart_kube" -f "charts/rwsgate/ci/$1-values.yaml" "${@:2}" | sed -n 's/ *checksum.config: //p'
}

# chart_accepted: the gateway itself reads each rendered configuration, with files where the chart mounts secrets.
chart_accepted() {
	local name root=$chart/root
	mkdir -p "$root"/{users,admin,store,data,configmaps/corporate-ca,secrets/{contoso-graph,fabrikam-graph,digest}}
	"$out/rwsgate" cert "$root/tls" >/dev/null &&
		echo a-password | "$out/rwsgate" passwd reader@contoso.onmicrosoft.com --file "$root/users/users" --password-stdin >/dev/null || return 1
	cp "$root/users/users" "$root/admin/"
	cp "$root"/tls/tls.* "$root/secrets/fabrikam-graph/"
	cp "$root/tls/ca.pem" "$root/configmaps/corporate-ca/ca.crt"
	echo s3cr3t >"$root/secrets/contoso-graph/secret"
	echo https://hooks.example/x >"$root/secrets/digest/webhook"
	echo "postgres://rwsgate@/postgres?host=$out/postgres" >"$root/store/url"
	for name in sqlite postgres memory sqlite-forgetful; do
		awk '/^  rwsgate.yaml: \|/ { on = 1; next } on && !/^    / && NF { exit } on { print substr($0, 5) }' "$chart/$name.yaml" |
			sed -E -e "s#(: |sqlite:)/(users|admin|store|tls|secrets|configmaps|data)/#\1$root/\2/#" >"$root/$name.yaml"
		grep -q '^tenants:' "$root/$name.yaml" || { echo "$name: no configuration was rendered"; return 1; }
		rm -f "$root"/data/*
		chart_starts "$root/$name.yaml" || { echo "$name: rwsgate refuses what the chart renders:"; cat "$chart/accepted"; return 1; }
	done
	chart_serves
}

# chart_starts CONFIG: the gateway starts with it and ends with 0. It reaches nobody: its proxy is away.
chart_starts() {
	local tries pid
	if grep -q '^store_file' "$1" && [ ! -d "$out/postgres/data" ]; then
		# Without a server nothing but the configuration can be judged.
		timeout 60 "$out/rwsgate" rollout preview --at 2027-03-15 --config "$1" >"$chart/accepted" 2>&1
		! grep -qE 'the configuration has|\.yaml:[0-9]+: ' "$chart/accepted"
		return
	fi
	: >"$chart/accepted" # the one before must not count as this one's start
	HTTPS_PROXY=http://127.0.0.1:9 "$out/rwsgate" serve --config "$1" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 >"$chart/accepted" 2>&1 &
	pid=$!
	for tries in $(seq 600); do
		grep -q '"listen":"' "$chart/accepted" && break
		kill -0 "$pid" 2>/dev/null || { wait "$pid"; return 1; }
		sleep 0.1
	done
	kill -TERM "$pid" && wait "$pid"
}

# chart_serves: a central gateway and a sidecar with the arguments and variables of the chart, and an app's call
# through both.
chart_serves() {
	local central i central_pid pid line env=() failed=1
	"$out/rwsgate" serve --demo --tls "$chart/central" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 >"$chart/central.log" 2>&1 &
	central_pid=$!
	central=$(thin_wait "$chart/central.log" 'listen=127.0.0.1:[0-9]*') || { cat "$chart/central.log"; kill "$central_pid"; return 1; }
	while IFS= read -r line; do env+=("$line"); done < <(
		sed -n 's/^ *- { name: \(RWSGATE_[A-Z_]*\), value: "\{0,1\}\([^"]*\)"\{0,1\} }$/\1=\2/p' "$chart/sidecar-plain.yaml" |
			sed -e "s#=https://rwsgate.reporting.svc#=https://${central#*=}#" -e "s#=/central/ca.crt#=$chart/central/ca.pem#" \
				-e "s#=/\(tls\|admin\)/#=$chart/root/\1/#" -e 's#=127.0.0.1:443$#=127.0.0.1:0#' -e 's#=0.0.0.0:9090#=127.0.0.1:0#')
	[ ${#env[@]} -ge 10 ] || { echo "only ${#env[@]} variables"; kill "$central_pid"; return 1; }
	: >"$chart/sidecar.log"
	env "${env[@]}" RWSGATE_LOG__LEVEL=info "$out/rwsgate" serve >"$chart/sidecar.log" 2>&1 &
	pid=$!
	for i in $(seq 600); do
		local listen
		listen=$(grep -o '"listen":"[^"]*"' "$chart/sidecar.log" | head -1 | cut -d'"' -f4)
		if [ -n "$listen" ] && curl -fsS --cacert "$chart/root/tls/ca.pem" --connect-to "reports.office365.com:443:$listen" \
			-u reader@example.onmicrosoft.com:demo 'https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=1' >"$chart/answer" 2>"$chart/curl"; then
			grep -q '<entry>' "$chart/answer" && failed=0
			break
		fi
		sleep 0.1
	done
	[ "$failed" = 0 ] || cat "$chart/sidecar.log" "$chart/curl"
	kill -TERM "$pid" && wait "$pid" || failed=1
	kill -TERM "$central_pid" && wait "$central_pid" && return "$failed"
}

# chart_refused: what must never be rendered.
chart_refused() {
	local wrong
	for wrong in bogus=1 config.bogus=1 config.store=memory 'config.tenants[0].credential.client_secret=s3cr3t' \
		'config.tenants[0].credential.certificate_password=s3cr3t' config.rollout.digest.webhook=https://hooks.example/x \
		sidecar.config.store=memory sidecar.forward.url=https://user:password@host tls.key=x auth.password=x; do
		if helm template r charts/rwsgate --kube-version "$chart_kube" -f charts/rwsgate/ci/sqlite-values.yaml --set "$wrong" >/dev/null 2>"$chart/refused"; then
			echo "$wrong was not refused"
			return 1
		fi
		grep -q "values don't meet the specifications" "$chart/refused" || { echo "$wrong: "; cat "$chart/refused"; return 1; }
	done
}

# chart_library: another chart includes the sidecar.
chart_library() {
	rm -rf "$chart/parent"
	cp -r conformance/chart/parent "$chart/parent" && mkdir -p "$chart/parent/charts" && cp -r charts/rwsgate "$chart/parent/charts/" &&
		helm lint --strict --kube-version "$chart_kube" "$chart/parent" >"$chart/lint" 2>&1 || { cat "$chart/lint"; return 1; }
	helm template app "$chart/parent" --kube-version "$chart_kube" >"$chart/parent.yaml" && chart_valid <"$chart/parent.yaml" || return 1
	[ "$(grep -c '^kind:' "$chart/parent.yaml")" = 1 ] && grep -q 'restartPolicy: Always' "$chart/parent.yaml" && grep -q 'RWSGATE_FORWARD__URL' "$chart/parent.yaml"
}

# chart_alerts: promtool checks the rendered rules, and that they fire and keep silent as they should.
chart_alerts() {
	command -v promtool >/dev/null || { skip 'chart: alerts' 'promtool (Debian: prometheus) is not there'; return 0; }
	helm template r charts/rwsgate -n reporting --kube-version "$chart_kube" -f charts/rwsgate/ci/memory-values.yaml \
		--set prometheusRule.enabled=true -s templates/prometheusrule.yaml | sed -n '/^  groups:/,$p' | sed 's/^  //' >"$chart/rules.yaml"
	cp conformance/chart/testdata/alerts_test.yaml "$chart/" &&
		promtool check rules "$chart/rules.yaml" && promtool test rules "$chart/alerts_test.yaml"
}

# chart_page: every block "sh script" of docs/kubernetes.md, in order, in a folder of its own that holds the clone.
chart_page() {
	local folder=$chart/page
	rm -rf "$folder"
	mkdir -p "$folder/bin" "$folder/clone"
	git archive HEAD charts tools | tar -x -C "$folder/clone"
	cp -r charts "$folder/clone/"
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$out/rwsgate" >"$folder/bin/rwsgate"
	chmod +x "$folder/bin/rwsgate"
	awk '/^```sh script$/ { on = 1; next } /^```/ { on = 0 } on' docs/kubernetes.md >"$folder/page.sh"
	[ "$(grep -c helm "$folder/page.sh")" -ge 3 ] || { echo 'docs/kubernetes.md has lost its commands'; return 1; }
	(cd "$folder/clone" && PATH="$folder/bin:$chart/bin:$PATH" bash -euo pipefail "$folder/page.sh") >"$folder/log" 2>&1 || { cat "$folder/log"; return 1; }
	chart_valid <"$folder/clone/myapp.yaml"
}
