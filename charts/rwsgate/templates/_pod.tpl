{{- /* The pod template of a standalone gateway, under a StatefulSet or a Deployment. */ -}}
{{- define "rwsgate.pod" -}}
{{- $tls := include "rwsgate.tlsSecret" . -}}
metadata:
  labels:
    {{- include "rwsgate.labels" . | nindent 4 }}
    {{- with include "rwsgate.workloadIdentityLabels" . }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "rwsgate.config" . | sha256sum }}
    {{- with merge (dict) .Values.podAnnotations .Values.commonAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "rwsgate.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "rwsgate.grace" (dict "root" . "config" .Values.config "more" 0) }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- include "rwsgate.spread" . | nindent 2 }}
  {{- with .Values.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: rwsgate
      image: {{ include "rwsgate.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [serve, --config, /config/rwsgate.yaml]
      {{- with .Values.extraEnv }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - { name: legacy, containerPort: {{ ternary 8443 8080 (ne $tls "") }} }
        {{- if .Values.admin.existingSecret }}
        - { name: admin, containerPort: 9090 }
        {{- end }}
      {{- include "rwsgate.probes" . | nindent 6 }}
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - { name: config, mountPath: /config, readOnly: true }
        - { name: data, mountPath: /data }
        {{- range include "rwsgate.mounts" . | fromJsonArray }}
        - { name: {{ .name }}, mountPath: {{ .path }}, readOnly: true }
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap: { name: {{ include "rwsgate.fullname" . }} }
    {{- range include "rwsgate.mounts" . | fromJsonArray }}
    - name: {{ .name }}
      {{- if .secret }}
      secret: { secretName: {{ .secret }}, defaultMode: 288 } {{- /* 0440 */}}
      {{- else }}
      configMap: { name: {{ .configMap }} }
      {{- end }}
    {{- end }}
    {{- if ne .Values.store.kind "sqlite" }}
    - { name: data, emptyDir: {} }
    {{- else if not .Values.store.sqlite.persistence.enabled }}
    - { name: data, emptyDir: {} }
    {{- else if .Values.store.sqlite.persistence.existingClaim }}
    - name: data
      persistentVolumeClaim: { claimName: {{ .Values.store.sqlite.persistence.existingClaim }} }
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- /* Existing secrets and config maps, as a JSON list of name, path and secret or configMap. */ -}}
{{- define "rwsgate.mounts" -}}
{{- $all := list -}}
{{- with include "rwsgate.tlsSecret" . -}}{{- $all = append $all (dict "name" "tls" "path" "/tls" "secret" .) -}}{{- end -}}
{{- with .Values.auth.existingSecret -}}{{- $all = append $all (dict "name" "users" "path" "/users" "secret" .) -}}{{- end -}}
{{- with .Values.admin.existingSecret -}}{{- $all = append $all (dict "name" "admin" "path" "/admin" "secret" .) -}}{{- end -}}
{{- if eq .Values.store.kind "postgres" -}}
{{- $all = append $all (dict "name" "store" "path" "/store" "secret" .Values.store.postgres.existingSecret) -}}
{{- end -}}
{{- range $i, $s := .Values.secrets -}}
{{- $all = append $all (dict "name" (printf "secret-%d" $i) "path" (printf "/secrets/%s" $s.name) "secret" $s.name) -}}
{{- end -}}
{{- range $i, $c := .Values.configMaps -}}
{{- $all = append $all (dict "name" (printf "configmap-%d" $i) "path" (printf "/configmaps/%s" $c.name) "configMap" $c.name) -}}
{{- end -}}
{{- toJson $all -}}
{{- end -}}

{{- /* Readiness is never Graph's. Liveness asks the process alone: a store that is away must not restart it. */ -}}
{{- define "rwsgate.probes" -}}
{{- if .Values.admin.existingSecret -}}
startupProbe:
  httpGet: { path: /readyz, port: admin }
  periodSeconds: 1
  failureThreshold: 120
livenessProbe:
  httpGet: { path: /livez, port: admin }
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: admin }
  periodSeconds: 5
{{- else -}}
startupProbe:
  exec: { command: [/rwsgate, health] }
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  tcpSocket: { port: legacy }
  timeoutSeconds: 5
readinessProbe:
  exec: { command: [/rwsgate, health] }
  periodSeconds: 10
  timeoutSeconds: 5
{{- end -}}
{{- end -}}

{{- define "rwsgate.spread" -}}
{{- if .Values.topologySpreadConstraints -}}
topologySpreadConstraints:
  {{- toYaml .Values.topologySpreadConstraints | nindent 2 }}
{{- else if gt (int .Values.replicaCount) 1 -}}
topologySpreadConstraints:
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "rwsgate.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end -}}
{{- end -}}
