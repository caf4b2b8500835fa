{{- /*
Templates for a chart that depends on this one with mode: library. Each takes the scope of the subchart, .Subcharts.rwsgate:

  rwsgate.sidecar              the container, a list item: under initContainers (native) or containers (native: false)
  rwsgate.sidecar.trust        the init container that joins the roots, a list item or nothing: under initContainers, first
  rwsgate.sidecar.volumes      items for volumes
  rwsgate.sidecar.hostAliases  items for hostAliases
  rwsgate.sidecar.sysctls      items for securityContext.sysctls of the pod
  rwsgate.sidecar.appEnv       items for env of the app's container
  rwsgate.sidecar.appMounts    items for volumeMounts of the app's container
  rwsgate.sidecar.grace        least terminationGracePeriodSeconds of the pod, a number
*/ -}}

{{- define "rwsgate.sidecar.checks" -}}
{{- $s := .Values.sidecar -}}
{{- if not $s.forward.url -}}
{{- fail "sidecar.forward.url: is missing: https://HOST of the central rwsgate" -}}
{{- end -}}
{{- if and (not $s.tls.existingSecret) (not .Values.certificate.enabled) -}}
{{- fail "sidecar.tls.existingSecret: name a secret with the certificate of the hosts that the app calls, or enable certificate" -}}
{{- end -}}
{{- if and $s.native (semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "sidecar.native: Kubernetes %s has no native sidecars (1.29 and later): set it to false" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- end -}}

{{- define "rwsgate.sidecar.tlsSecret" -}}
{{- default (include "rwsgate.certificateSecret" .) .Values.sidecar.tls.existingSecret -}}
{{- end -}}

{{- /* The effective configuration. A plain container gets SIGTERM together with the app, so it goes on for a while. */ -}}
{{- define "rwsgate.sidecar.config" -}}
{{- $limits := ternary (dict) (dict "drain" "20s" "drain_delay" "10s") .Values.sidecar.native -}}
{{- mergeOverwrite (dict "limits" $limits) (deepCopy .Values.sidecar.config) | toJson -}}
{{- end -}}

{{- /* Nested keys as variables: list PREFIX VALUE. A thin gateway needs no file. */ -}}
{{- define "rwsgate.sidecar.variables" -}}
{{- $prefix := index . 0 -}}
{{- range $key, $value := index . 1 }}
{{- $name := printf "%s%s" $prefix (upper $key) }}
{{- if kindIs "map" $value }}
{{- include "rwsgate.sidecar.variables" (list (printf "%s__" $name) $value) }}
{{- else }}
- { name: {{ $name }}, value: {{ ternary $value (toJson $value) (kindIs "string" $value) | quote }} }
{{- end }}
{{- end }}
{{- end -}}

{{- define "rwsgate.sidecar" -}}
{{- include "rwsgate.sidecar.checks" . -}}
{{- $s := .Values.sidecar -}}
{{- $open := ne $s.admin.existingSecret "" -}}
- name: rwsgate
  image: {{ include "rwsgate.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  {{- if $s.native }}
  restartPolicy: Always
  {{- end }}
  args: [serve]
  env:
    - { name: RWSGATE_FORWARD__URL, value: {{ $s.forward.url | quote }} }
    {{- if or $s.forward.caSecret $s.forward.caConfigMap }}
    - { name: RWSGATE_FORWARD__CA_FILE, value: {{ printf "/central/%s" $s.forward.caKey | quote }} }
    {{- end }}
    - { name: RWSGATE_LISTEN, value: "127.0.0.1:{{ $s.port }}" }
    - { name: RWSGATE_TLS__CERT_FILE, value: /tls/tls.crt }
    - { name: RWSGATE_TLS__KEY_FILE, value: /tls/tls.key }
    - { name: RWSGATE_ADMIN__LISTEN, value: "{{ ternary "0.0.0.0" "127.0.0.1" $open }}:{{ $s.adminPort }}" }
    {{- if $open }}
    - { name: RWSGATE_ADMIN__HTPASSWD_FILE, value: {{ printf "/admin/%s" $s.admin.key | quote }} }
    {{- end }}
    {{- with include "rwsgate.sidecar.variables" (list "RWSGATE_" (include "rwsgate.sidecar.config" . | fromJson)) | trim }}
    {{- . | nindent 4 }}
    {{- end }}
  {{- if $open }}
  ports:
    - { name: rwsgate-admin, containerPort: {{ $s.adminPort }} }
  {{- end }}
  startupProbe:
    exec: { command: [/rwsgate, health] }
    periodSeconds: 1
    timeoutSeconds: 5
    failureThreshold: 60
  {{- if $open }}
  livenessProbe:
    httpGet: { path: /livez, port: rwsgate-admin }
    timeoutSeconds: 5
  readinessProbe:
    httpGet: { path: /readyz, port: rwsgate-admin }
  {{- end }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  resources:
    {{- toYaml $s.resources | nindent 4 }}
  volumeMounts:
    - { name: rwsgate-tls, mountPath: /tls, readOnly: true }
    {{- if or $s.forward.caSecret $s.forward.caConfigMap }}
    - { name: rwsgate-central, mountPath: /central, readOnly: true }
    {{- end }}
    {{- if $open }}
    - { name: rwsgate-admin, mountPath: /admin, readOnly: true }
    {{- end }}
{{- end -}}

{{- define "rwsgate.sidecar.trust" -}}
{{- $t := .Values.sidecar.trust -}}
{{- if $t.bundle.enabled -}}
{{- $image := default .Values.sidecar.app.image $t.bundle.image -}}
{{- if not $image -}}
{{- fail "sidecar.trust.bundle.image: name the app's image, whose public roots are kept, or set enabled to false" -}}
{{- end -}}
- name: rwsgate-trust
  image: {{ $image | quote }}
  imagePullPolicy: {{ .Values.sidecar.app.imagePullPolicy }}
  command: [sh, -c, 'cat "$ROOTS" "$CA" >/trust/ca.crt']
  env:
    - { name: ROOTS, value: {{ $t.bundle.roots | quote }} }
    - { name: CA, value: {{ printf "/ca/%s" $t.key | quote }} }
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  resources:
    requests: { cpu: 5m, memory: 16Mi }
    limits: { memory: 64Mi }
  volumeMounts:
    - { name: rwsgate-ca, mountPath: /ca, readOnly: true }
    - { name: rwsgate-trust, mountPath: /trust }
{{- end -}}
{{- end -}}

{{- define "rwsgate.sidecar.volumes" -}}
{{- $s := .Values.sidecar -}}
- name: rwsgate-tls
  secret:
    secretName: {{ include "rwsgate.sidecar.tlsSecret" . }}
    items: [{ key: tls.crt, path: tls.crt }, { key: tls.key, path: tls.key }]
- name: rwsgate-ca
  projected:
    sources:
      {{- if $s.trust.existingConfigMap }}
      - configMap:
          name: {{ $s.trust.existingConfigMap }}
      {{- else }}
      - secret:
          name: {{ default (include "rwsgate.sidecar.tlsSecret" .) $s.trust.existingSecret }}
      {{- end }}
          items: [{ key: {{ $s.trust.key }}, path: {{ $s.trust.key }} }]
{{- if $s.trust.bundle.enabled }}
- { name: rwsgate-trust, emptyDir: { sizeLimit: 4Mi } }
{{- end }}
{{- if $s.forward.caSecret }}
- name: rwsgate-central
  secret: { secretName: {{ $s.forward.caSecret }}, items: [{ key: {{ $s.forward.caKey }}, path: {{ $s.forward.caKey }} }] }
{{- else if $s.forward.caConfigMap }}
- name: rwsgate-central
  configMap: { name: {{ $s.forward.caConfigMap }}, items: [{ key: {{ $s.forward.caKey }}, path: {{ $s.forward.caKey }} }] }
{{- end }}
{{- with $s.admin.existingSecret }}
- name: rwsgate-admin
  secret: { secretName: {{ . }} }
{{- end }}
{{- end -}}

{{- define "rwsgate.sidecar.hostAliases" -}}
- ip: 127.0.0.1
  hostnames:
    {{- toYaml .Values.sidecar.hosts | nindent 4 }}
{{- end -}}

{{- /* Safe since Kubernetes 1.22 and allowed by the restricted standard; of no use with hostNetwork. */ -}}
{{- define "rwsgate.sidecar.sysctls" -}}
- { name: net.ipv4.ip_unprivileged_port_start, value: "{{ min 1024 (int .Values.sidecar.port) | eq 1024 | ternary 1024 0 }}" }
{{- end -}}

{{- define "rwsgate.sidecar.appEnv" -}}
{{- $t := .Values.sidecar.trust -}}
{{- $file := printf "%s/%s" $t.mountPath (ternary "ca.crt" $t.key $t.bundle.enabled) -}}
{{- range $i, $name := $t.variables -}}
{{- if $i }}
{{ end -}}
- { name: {{ $name }}, value: {{ $file | quote }} }
{{- end -}}
{{- end -}}

{{- define "rwsgate.sidecar.appMounts" -}}
- { name: {{ ternary "rwsgate-trust" "rwsgate-ca" .Values.sidecar.trust.bundle.enabled }}, mountPath: {{ .Values.sidecar.trust.mountPath }}, readOnly: true }
{{- end -}}

{{- define "rwsgate.sidecar.grace" -}}
{{- include "rwsgate.grace" (dict "root" . "config" (include "rwsgate.sidecar.config" . | fromJson) "more" 8) -}}
{{- end -}}
