{{/* Names and labels. */}}
{{- define "shuyuan.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end -}}

{{- define "shuyuan.labels" -}}
app.kubernetes.io/name: shuyuan
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "shuyuan.selector" -}}
app.kubernetes.io/name: shuyuan
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "shuyuan.image" -}}
{{ .root.Values.image.repository }}/shuyuan-{{ .component }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{- define "shuyuan.secret" -}}
{{- if .Values.secrets.existingSecret }}{{ .Values.secrets.existingSecret }}{{ else if .Values.bundled.enabled }}{{ include "shuyuan.name" . }}-bundled{{ else }}{{ fail "secrets.existingSecret is needed (or bundled.enabled=true for trying out)" }}{{ end -}}
{{- end -}}

{{/* What must be said before real data may be kept. */}}
{{- define "shuyuan.checked" -}}
{{- if eq .Values.environment "production" }}
{{- range $key := list "issuer" "jwksUrl" "tokenUrl" }}
{{- if not (index $.Values.oidc $key) }}{{ fail (printf "oidc.%s is needed in production" $key) }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The restricted pod security standard. */}}
{{- define "shuyuan.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "shuyuan.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Environment of one process: plain settings by value, secrets as files of one mounted folder. */}}
{{- define "shuyuan.env" -}}
{{- $name := include "shuyuan.name" .root -}}
{{- $ports := .root.Values.ports -}}
- {name: SHUYUAN_ENVIRONMENT, value: {{ .root.Values.environment | quote }}}
- {name: SHUYUAN_LOG_FORMAT, value: "json"}
{{- if eq .service.kind "grpc" }}
- {name: SHUYUAN_OPS_PORT, value: {{ $ports.ops | quote }}}
- {name: SHUYUAN_OPS_HOST, value: "0.0.0.0"}
- {name: SHUYUAN_GRPC_HOST, value: "0.0.0.0"}
- {name: SHUYUAN_GRPC_PORT, value: {{ $ports.grpc | quote }}}
- {name: SHUYUAN_CLIENT_ID, value: {{ .component | quote }}}
{{- else }}
- {name: SHUYUAN_HTTP_HOST, value: "0.0.0.0"}
- {name: SHUYUAN_HTTP_PORT, value: {{ $ports.http | quote }}}
{{- if .root.Values.ingress.enabled }}
- {name: SHUYUAN_HTTP_PROXIES, value: "1"}
{{- end }}
{{- end }}
- {name: SHUYUAN_ISSUER, value: {{ .root.Values.oidc.issuer | quote }}}
- {name: SHUYUAN_JWKS_URL, value: {{ .root.Values.oidc.jwksUrl | quote }}}
- {name: SHUYUAN_AUDIENCE, value: {{ .root.Values.oidc.audience | quote }}}
- {name: SHUYUAN_TOKEN_URL, value: {{ .root.Values.oidc.tokenUrl | quote }}}
{{- range $peer, $value := .root.Values.services }}
{{- if eq $value.kind "grpc" }}
- {name: SHUYUAN_{{ $peer | upper }}_TARGET, value: "dns:///{{ $name }}-{{ $peer }}:{{ $ports.grpc }}"}
{{- end }}
{{- end }}
{{- if .root.Values.tracing.endpoint }}
- {name: SHUYUAN_OTLP_ENDPOINT, value: {{ .root.Values.tracing.endpoint | quote }}}
{{- end }}
- {name: SHUYUAN_SECRETS_DIR, value: /var/run/shuyuan}
{{- range $key, $value := (.service.env | default .root.Values.defaults.env) }}
- {name: {{ $key }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{/* The secrets of one process, each only the keys that it needs, named as the settings read them. */}}
{{- define "shuyuan.secretVolume" -}}
name: secrets
secret:
  secretName: {{ include "shuyuan.secret" .root }}
  items:
    {{- if eq .service.kind "grpc" }}
    - {key: {{ .component }}-database-url, path: shuyuan_database_url}
    - {key: {{ .component }}-client-secret, path: shuyuan_client_secret}
    - {key: nats-url, path: shuyuan_nats_url}
    - {key: field-keys, path: shuyuan_field_keys}
    {{- end }}
    - {key: identity-key, path: shuyuan_identity_key}
{{- end -}}
