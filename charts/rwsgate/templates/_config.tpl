{{- /* The configuration file: what the values give, and what the chart itself decides. */ -}}
{{- define "rwsgate.config" -}}
{{- $tls := include "rwsgate.tlsSecret" . -}}
{{- $own := dict "listen" (ternary "0.0.0.0:8443" "0.0.0.0:8080" (ne $tls "")) -}}
{{- if $tls -}}
{{- $_ := set $own "tls" (dict "cert_file" "/tls/tls.crt" "key_file" "/tls/tls.key") -}}
{{- end -}}
{{- if .Values.admin.existingSecret -}}
{{- $_ := set $own "admin" (dict "listen" "0.0.0.0:9090" "htpasswd_file" (printf "/admin/%s" .Values.admin.key)) -}}
{{- else -}}
{{- $_ := set $own "admin" (dict "listen" "127.0.0.1:9090") -}}
{{- end -}}
{{- if .Values.auth.existingSecret -}}
{{- $_ := set $own "auth" (dict "htpasswd_file" (printf "/users/%s" .Values.auth.key)) -}}
{{- end -}}
{{- if eq .Values.store.kind "postgres" -}}
{{- $_ := set $own "store_file" (printf "/store/%s" .Values.store.postgres.key) -}}
{{- else -}}
{{- $_ := set $own "store" (ternary "memory" "sqlite:/data/rwsgate.db" (eq .Values.store.kind "memory")) -}}
{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) -}}
{{- end -}}

{{- /* Stops with a sentence where values cannot work together. */ -}}
{{- define "rwsgate.checks" -}}
{{- if and (gt (int .Values.replicaCount) 1) (ne .Values.store.kind "postgres") -}}
{{- fail (printf "replicaCount: %d gateways cannot share a %s store: set store.kind to postgres" (int .Values.replicaCount) .Values.store.kind) -}}
{{- end -}}
{{- if and (eq .Values.store.kind "postgres") (not .Values.store.postgres.existingSecret) -}}
{{- fail "store.postgres.existingSecret: name a secret whose key holds the address postgres://user:password@host/database" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.admin.existingSecret) -}}
{{- fail "serviceMonitor.enabled: Prometheus cannot reach an admin listener on loopback: set admin.existingSecret" -}}
{{- end -}}
{{- if and (eq (dig "admin" "metrics" "open" .Values.config) "auth") (not .Values.admin.existingSecret) -}}
{{- fail "config.admin.metrics: auth needs admin.existingSecret" -}}
{{- end -}}
{{- if not .Values.config.tenants -}}
{{- fail "config.tenants: is missing: name at least one tenant (docs/kubernetes.md)" -}}
{{- end -}}
{{- $given := toYaml .Values.config -}}
{{- range $kind := list "secrets" "configMaps" -}}
{{- $names := list -}}
{{- range index $.Values $kind -}}{{- $names = append $names .name -}}{{- end -}}
{{- $found := regexFindAll (printf "/%s/[^/\\s\"']+" (lower $kind)) $given -1 -}}
{{- range $found -}}
{{- if not (has (base .) $names) -}}
{{- fail (printf "config: %s is not mounted: add %s to %s" . (base .) $kind) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
