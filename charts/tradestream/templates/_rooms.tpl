{{/* The table of rooms, and what each room is told. */}}

{{/* Rooms that are on, as JSON by name: the row of rooms.yaml under the room's values. */}}
{{- define "tradestream.rooms" -}}
{{- $rooms := dict -}}
{{- range $name, $row := (.Files.Get "rooms.yaml" | fromYaml).rooms -}}
  {{- $given := index $.Values.rooms $name | default dict -}}
  {{- $room := dict "name" $name "needs" list "flags" dict "secretFlags" dict "env" dict "enabled" (not $row.local_only) -}}
  {{- /* Not mergeOverwrite, which lets nothing empty win: not false, not 0. */ -}}
  {{- range $part := list $row $given -}}
    {{- range $key, $value := $part }}{{ $_ := set $room $key $value }}{{ end -}}
  {{- end -}}
  {{- if and $.Values.flink.enabled (eq $name "strategy_discovery") -}}
    {{- $_ := set $room "enabled" false -}}
  {{- end -}}
  {{- if $room.enabled -}}
    {{- $_ := set $room "deadlineSeconds" (int ($room.deadlineSeconds | default $room.deadline_seconds)) -}}
    {{- $_ := set $rooms $name $room -}}
  {{- end -}}
{{- end -}}
{{- toJson $rooms -}}
{{- end }}

{{/* Names of the flags of a dependency. */}}
{{- define "tradestream.urlFlag" -}}
{{- eq . "venue" | ternary "coinbase_rest_url" (printf "%s_url" .) -}}
{{- end }}
{{- define "tradestream.secretFlag" -}}
{{- eq . "coinmarketcap" | ternary "coinmarketcap_key_file" (printf "%s_password_file" .) -}}
{{- end }}

{{/* Where a dependency is: its value, or what the chart runs itself. Empty: where the
     room looks by itself, which only what is on the internet has. `{room}` becomes the
     room's name: (dict "root" $ "need" "postgres" "name" …). */}}
{{- define "tradestream.url" -}}
{{- $url := (index .root.Values .need).url -}}
{{- if and (not $url) .root.Values.inCluster.enabled -}}
  {{- $url = include "tradestream.inClusterUrl" . -}}
{{- end -}}
{{- $examples := dict "bus" "kafka://kafka:9092" "candles" "influxdb://influxdb:8086/tradestream/candles" "postgres" "postgresql://tradestream@postgres:5432/tradestream" "redis" "redis://redis:6379/0" -}}
{{- if and (not $url) (hasKey $examples .need) -}}
  {{- fail (printf "%s.url: a URL is required, e.g. %s" .need (index $examples .need)) -}}
{{- end -}}
{{- with regexFind "{[^}]*}?" (replace "{room}" "" $url) -}}
  {{- fail (printf "%s.url: {room} is required where a room's name is to stand, was %s" $.need .) -}}
{{- end -}}
{{- $secret := (index .root.Values .need).secret | default dict -}}
{{- if and (contains "{room}" $url) $secret.name (not (contains "{room}" $secret.key)) -}}
  {{- fail (printf "%s.secret.key: {room} is required in it, as in %s.url, was %s" .need .need $secret.key) -}}
{{- end -}}
{{- $instead := "" -}}
{{- if hasKey (index .root.Values .need) "secret" -}}
  {{- $instead = printf "; it belongs into a Secret, whose name is %s.secret.name" .need -}}
{{- end -}}
{{- include "tradestream.withoutPassword" (dict "key" (printf "%s.url" .need) "value" (replace "{room}" (.name | default "room") $url) "instead" $instead) -}}
{{- end }}

{{/* The value, unless it is a URL with a password, which is not repeated:
     (dict "key" "value" "instead", where the password may be instead). */}}
{{- define "tradestream.withoutPassword" -}}
{{- if regexMatch "://[^/@]*:[^/@]*@" .value -}}
  {{- fail (printf "%s: a URL without a password is required%s" .key (.instead | default "")) -}}
{{- end -}}
{{- .value -}}
{{- end }}

{{/* The Secret of a dependency as JSON {secret, key}; no `secret`: it has none. */}}
{{- define "tradestream.secret" -}}
{{- $secret := (index .root.Values .need).secret | default dict -}}
{{- $name := $secret.name -}}
{{- if and (not $name) .root.Values.inCluster.enabled -}}
  {{- $name = include "tradestream.inClusterSecret" . -}}
{{- end -}}
{{- if and (not $name) (eq .need "coinmarketcap") -}}
  {{- fail "coinmarketcap.secret.name: a Secret that holds the API key is required" -}}
{{- end -}}
{{- toJson (dict "secret" $name "key" $secret.key) -}}
{{- end }}

{{/* Secrets of a room as JSON: flag → {secret, key}. */}}
{{- define "tradestream.secretFlags" -}}
{{- $secrets := dict -}}
{{- range $need := .room.needs -}}
  {{- $secret := include "tradestream.secret" (dict "root" $.root "need" $need) | fromJson -}}
  {{- if $secret.secret -}}
    {{- $_ := set $secret "key" (replace "{room}" $.room.name $secret.key) -}}
    {{- $_ := set $secrets (include "tradestream.secretFlag" $need) $secret -}}
  {{- end -}}
  {{- range $flag, $given := (index $.root.Values $need).secretFlags }}{{ $_ := set $secrets $flag $given }}{{ end -}}
{{- end -}}
{{- range $flag, $given := .room.secretFlags }}{{ $_ := set $secrets $flag $given }}{{ end -}}
{{- if and (has "candles" .room.needs) (not $secrets.candles_password_file) (hasPrefix "influxdb" (include "tradestream.url" (dict "root" .root "need" "candles"))) -}}
  {{- fail "candles.secret.name: a Secret that holds the token of InfluxDB is required" -}}
{{- end -}}
{{- if and (has "bus" .room.needs) (not $secrets.bus_password_file) .root.Values.bus.flags.bus_user -}}
  {{- fail "bus.secret.name: a Secret that holds the password of bus.flags.bus_user is required" -}}
{{- end -}}
{{- $ours := list (hasKey $secrets "bus_tls_cert_file") (hasKey $secrets "bus_tls_key_file") -}}
{{- if and (has true $ours) (or (has false $ours) (not $secrets.bus_tls_ca_file)) -}}
  {{- fail "bus.secretFlags: bus_tls_ca_file, bus_tls_cert_file, and bus_tls_key_file are required together" -}}
{{- end -}}
{{- toJson $secrets -}}
{{- end }}

{{/* Arguments of a room as a JSON list, sorted: what it needs, what all rooms are
     told, its own; the later wins. */}}
{{- define "tradestream.args" -}}
{{- $flags := dict -}}
{{- range $need := .room.needs -}}
  {{- with include "tradestream.url" (dict "root" $.root "need" $need "name" $.room.name) -}}
    {{- $_ := set $flags (include "tradestream.urlFlag" $need) . -}}
  {{- end -}}
  {{- range $flag, $value := (index $.root.Values $need).flags }}{{ $_ := set $flags $flag $value }}{{ end -}}
{{- end -}}
{{- if eq .room.kind "http" -}}
  {{- $_ := set $flags "host" "0.0.0.0" -}}
  {{- $_ := set $flags "port" (int .room.port) -}}
{{- else if ne .room.kind "flink" -}}
  {{- if eq .room.kind "worker" -}}
    {{- $_ := set $flags "metrics_port" (int .root.Values.metrics.port) -}}
  {{- else if .root.Values.metrics.pushgateway.url -}}
    {{- $_ := set $flags "pushgateway_url" (include "tradestream.withoutPassword" (dict "key" "metrics.pushgateway.url" "value" .root.Values.metrics.pushgateway.url)) -}}
  {{- end -}}
  {{- with .root.Values.tracing.url -}}
    {{- $_ := set $flags "otlp_url" (include "tradestream.withoutPassword" (dict "key" "tracing.url" "value" .)) -}}
    {{- $_ := set $flags "otlp_share" $.root.Values.tracing.share -}}
  {{- end -}}
  {{- range $flag, $value := .root.Values.flags }}{{ $_ := set $flags $flag $value }}{{ end -}}
{{- end -}}
{{- range $flag, $value := .room.flags }}{{ $_ := set $flags $flag $value }}{{ end -}}
{{- range $flag, $secret := include "tradestream.secretFlags" . | fromJson -}}
  {{- $_ := set $flags $flag (printf "/run/secrets/%s/%s" $flag $secret.key) -}}
{{- end -}}
{{- $args := list -}}
{{- range $flag, $value := $flags -}}
  {{- $_ := include "tradestream.withoutPassword" (dict "key" (printf "--%s" $flag) "value" (toString $value)) -}}
  {{- /* JSON, because templates print 1000000 as 1e+06. */ -}}
  {{- $args = append $args (printf "--%s=%s" $flag (kindIs "string" $value | ternary $value (toJson $value))) -}}
{{- end -}}
{{- toJson $args -}}
{{- end }}

{{/* Whether something else than the chart sets the number of a room's pods. */}}
{{- define "tradestream.scaled" -}}
{{- with .autoscaling }}{{ if has .by (list "cpu" "lag") }}yes{{ end }}{{ end -}}
{{- end }}
