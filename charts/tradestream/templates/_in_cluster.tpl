{{/* Servers of one pod each, for trying out. */}}

{{/* What runs, as JSON by name. Ports are those of the official images. */}}
{{- define "tradestream.servers" -}}
{{- toJson (dict
  "kafka" (dict "port" 9092 "user" 1000 "data" "/var/lib/kafka")
  "influxdb" (dict "port" 8086 "user" 1000 "data" "/var/lib/influxdb2")
  "redis" (dict "port" 6379 "user" 999 "data" "/data")
  "postgres" (dict "port" 5432 "user" 999 "data" "/var/lib/postgresql/data")
) -}}
{{- end }}

{{/* URL of a dependency in the cluster: (dict "root" "need"). */}}
{{- define "tradestream.inClusterUrl" -}}
{{- $host := include "tradestream.fullname" .root -}}
{{- if eq .need "bus" -}}kafka://{{ $host }}-kafka:9092
{{- else if eq .need "candles" -}}influxdb://{{ $host }}-influxdb:8086/tradestream/candles
{{- else if eq .need "postgres" -}}postgresql://tradestream@{{ $host }}-postgres:5432/tradestream
{{- else if eq .need "redis" -}}redis://{{ $host }}-redis:6379/0
{{- else if .root.Values.rooms.exchange_simulator.enabled -}}http://{{ $host }}-exchange-simulator:8600
{{- end -}}
{{- end }}

{{/* The Secret of a dependency in the cluster; none where it asks for none. The simulated
     venue takes any key. */}}
{{- define "tradestream.inClusterSecret" -}}
{{- if or (has .need (list "candles" "postgres")) (and (eq .need "coinmarketcap") .root.Values.rooms.exchange_simulator.enabled) -}}
{{ include "tradestream.fullname" .root }}-{{ .need }}
{{- end -}}
{{- end }}
