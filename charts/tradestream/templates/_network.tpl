{{/* Who may talk to whom. */}}

{{/* Ports of a URL as a JSON list: those that it names, else that of its scheme. */}}
{{- define "tradestream.ports" -}}
{{- $default := dict "kafka" 9092 "redis" 6379 "rediss" 6379 "postgresql" 5432 "influxdb" 8086 "http" 80 "https" 443 -}}
{{- $scheme := . | default "https://" | splitList "://" | first -}}
{{- $hosts := regexReplaceAll "^[a-z0-9+]+://([^/@]*@)?([^/?]*).*$" . "${2}" -}}
{{- $ports := list -}}
{{- range $host := splitList "," $hosts -}}
  {{- $named := regexFind ":[0-9]+$" $host | trimPrefix ":" -}}
  {{- $ports = append $ports ($named | default (get $default $scheme) | int) -}}
{{- end -}}
{{- toJson (uniq $ports) -}}
{{- end }}

{{/* Rule that lets a room ask for names. */}}
{{- define "tradestream.egressNames" -}}
- ports: # names
    {{- range .Values.networkPolicies.dnsPorts }}
    - {port: {{ int . }}, protocol: UDP}
    - {port: {{ int . }}, protocol: TCP}
    {{- end }}
{{- end }}

{{/* Rule that lets a room reach a dependency: (dict "what" "url" "values" {peers, ports}). */}}
{{- define "tradestream.egress" -}}
- ports: # {{ .what }}
    {{- range concat (include "tradestream.ports" .url | fromJsonArray) (.values.ports | default list) | uniq }}
    - {port: {{ int . }}, protocol: TCP}
    {{- end }}
  {{- with .values.peers }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
