{{/* What things are called. */}}

{{/* Prefix of every name: the release, or fullnameOverride. */}}
{{- define "tradestream.fullname" -}}
{{- $name := .Values.fullnameOverride | default .Release.Name -}}
{{- if gt (len $name) 17 -}}
{{- fail (printf "fullnameOverride: at most 17 characters are required, since a CronJob's name has at most 52, was %s" $name) -}}
{{- end -}}
{{- $name -}}
{{- end }}

{{/* Name of what belongs to a room: (dict "root" $ "name" "candle_ingestor"). */}}
{{- define "tradestream.name" -}}
{{ include "tradestream.fullname" .root }}-{{ .name | replace "_" "-" }}
{{- end }}

{{/* Labels that select the pods of a room; they never change. */}}
{{- define "tradestream.selector" -}}
app.kubernetes.io/name: tradestream
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{/* All labels of what belongs to a room. */}}
{{- define "tradestream.labels" -}}
{{ include "tradestream.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* Image of a room; `{room}` in the repository stands for its name. Without it all rooms
     have one image, and the command must say which of them it is. */}}
{{- define "tradestream.image" -}}
{{- $image := .root.Values.image -}}
{{- if and $image.repository (not (contains "{room}" $image.repository)) (not (contains "{room}" (join " " $image.command))) -}}
{{- fail (printf "image.repository: {room} is required in it, or in image.command for one image with all rooms, was %s" $image.repository) -}}
{{- end -}}
{{- $repository := required "image.repository: a repository is required, e.g. registry.example.com/tradestream/{room}" $image.repository | replace "{room}" .name -}}
{{- $version := printf ":%s" ($image.tag | default .root.Chart.AppVersion) -}}
{{- with index $image.digests .name }}{{ $version = printf "@%s" . }}{{ end -}}
{{- $repository }}{{ $version }}
{{- end }}

{{/* The account that pods run as. */}}
{{- define "tradestream.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "tradestream.fullname" .) -}}
{{- end }}
