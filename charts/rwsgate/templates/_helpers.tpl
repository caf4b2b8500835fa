{{- define "rwsgate.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "rwsgate.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "rwsgate.selectorLabels" -}}
app.kubernetes.io/name: {{ include "rwsgate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ ternary "app" "gateway" (eq .Values.mode "sidecar") }}
{{- end -}}

{{- define "rwsgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "rwsgate.selectorLabels" . }}
app.kubernetes.io/version: {{ include "rwsgate.tag" . | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: rwsgate
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* metadata of an object: dict "root" $ "suffix" "-admin" "annotations" (dict …) "labels" (dict …) */ -}}
{{- define "rwsgate.metadata" -}}
name: {{ include "rwsgate.fullname" .root }}{{ .suffix }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "rwsgate.labels" .root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (default (dict) .annotations) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "rwsgate.tag" -}}
{{- default .Chart.AppVersion .Values.image.tag -}}
{{- end -}}

{{- define "rwsgate.image" -}}
{{- with .Values.image.digest -}}
{{ $.Values.image.repository }}@{{ . }}
{{- else -}}
{{ .Values.image.repository }}:{{ include "rwsgate.tag" . }}
{{- end -}}
{{- end -}}

{{- define "rwsgate.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "rwsgate.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "rwsgate.certificateSecret" -}}
{{- default (printf "%s-tls" (include "rwsgate.fullname" .)) .Values.certificate.secretName -}}
{{- end -}}

{{- /* The secret of the legacy listener's certificate; empty without TLS. */ -}}
{{- define "rwsgate.tlsSecret" -}}
{{- if .Values.tls.existingSecret -}}
{{- .Values.tls.existingSecret -}}
{{- else if .Values.certificate.enabled -}}
{{- include "rwsgate.certificateSecret" . -}}
{{- end -}}
{{- end -}}

{{- /* Seconds of a Go duration such as 1m30s, rounded up. */ -}}
{{- define "rwsgate.seconds" -}}
{{- $zero := toDate "2006-01-02" "2000-01-01" -}}
{{- sub (int64 ($zero | mustDateModify . | mustDateModify "999ms" | unixEpoch)) (int64 ($zero | unixEpoch)) -}}
{{- end -}}

{{- /* terminationGracePeriodSeconds: dict "root" $ "config" CONFIG "more" SECONDS */ -}}
{{- define "rwsgate.grace" -}}
{{- $drain := dig "limits" "drain" "20s" .config | toString -}}
{{- $least := add (int64 (include "rwsgate.seconds" $drain)) .more -}}
{{- $given := .root.Values.terminationGracePeriodSeconds -}}
{{- if not (kindIs "invalid" $given) -}}
{{- if le (int64 $given) (int64 $least) -}}
{{- fail (printf "terminationGracePeriodSeconds: %d is too short: limits.drain is %s, so it must be above %d" (int64 $given) $drain $least) -}}
{{- end -}}
{{- int64 $given -}}
{{- else -}}
{{- add $least 10 -}}
{{- end -}}
{{- end -}}

{{- define "rwsgate.workloadIdentityLabels" -}}
{{- if .Values.workloadIdentity.enabled -}}
azure.workload.identity/use: "true"
{{- end -}}
{{- end -}}
