{{/* Pods: every one of them passes the `restricted` Pod Security Standard. */}}

{{/* Spec of the pod of a room, without restartPolicy:
     (dict "root" $ "name" … "room" … "args" list "container" dict of further fields). */}}
{{- define "tradestream.podSpec" -}}
{{- $values := .root.Values -}}
{{- $secrets := include "tradestream.secretFlags" . | fromJson -}}
{{- if not .hook }}
serviceAccountName: {{ include "tradestream.serviceAccount" .root }}
{{- else if not $values.serviceAccount.create }}
serviceAccountName: {{ include "tradestream.serviceAccount" .root }}
{{- end }}
automountServiceAccountToken: false
enableServiceLinks: false # they would set variables that begin with TRADESTREAM_
securityContext:
  {{- include "tradestream.podSecurity" 65532 | nindent 2 }}
{{- with $values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $values.pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "hostAliases" }}
{{- with index $values.pods $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
terminationGracePeriodSeconds: {{ int (.room.terminationGracePeriodSeconds | default $values.pods.terminationGracePeriodSeconds) }}
containers:
  - name: main
    image: {{ include "tradestream.image" . }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    {{- with .command | default $values.image.command }}
    command:
      {{- range . }}
      - {{ . | replace "{room}" $.name | quote }}
      {{- end }}
    {{- end }}
    args:
      {{- range .args }}
      - {{ . | quote }}
      {{- end }}
    {{- $env := dict }}
    {{- range $part := list $values.pods.env .room.env }}
    {{- range $name, $value := $part }}{{ $_ := set $env $name $value }}{{ end }}
    {{- end }}
    {{- with $env }}
    env:
      {{- range $name, $value := . }}
      - name: {{ $name }}
        value: {{ $value | quote }}
      {{- end }}
    {{- end }}
    resources:
      {{- toYaml (.room.resources | default $values.pods.resources) | nindent 6 }}
    securityContext:
      {{- include "tradestream.containerSecurity" true | nindent 6 }}
    {{- with .container }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- range $flag, $secret := $secrets }}
      - name: {{ $flag | replace "_" "-" }}
        mountPath: /run/secrets/{{ $flag }}
        readOnly: true
      {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ $values.pods.tmpSize }}
  {{- include "tradestream.secretVolumes" (dict "secrets" $secrets "hook" .hook) | nindent 2 }}
{{- end }}

{{/* Volumes of secrets: (dict "secrets" flag → {secret, key} "hook"). A pod starts without
     one, too: its room says which file is missing, and ends with status 1, where it would
     wait in silence. Not that of a hook: it waits, for status 1 would end the release, and
     who applies manifests may make the Secret a moment later. */}}
{{- define "tradestream.secretVolumes" -}}
{{- $optional := not .hook -}}
{{- range $flag, $secret := .secrets }}
- name: {{ $flag | replace "_" "-" }}
  secret:
    secretName: {{ $secret.secret }}
    optional: {{ $optional }}
    defaultMode: 0440
    items:
      - key: {{ $secret.key }}
        path: {{ $secret.key }}
{{- end }}
{{- end }}

{{/* Security of a pod whose processes are of this user. */}}
{{- define "tradestream.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Security of a container; whether its root filesystem is read-only. */}}
{{- define "tradestream.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: {{ . }}
capabilities:
  drop: [ALL]
{{- end }}

{{/* Spec of the Job of a room: (dict … "retries" "deadlineSeconds"). Status 75 says that
     a dependency was unavailable, and is retried; 1 says bad flags or a bug. */}}
{{- define "tradestream.jobSpec" -}}
activeDeadlineSeconds: {{ .deadlineSeconds }}
backoffLimit: {{ .retries }}
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes:
        containerName: main
        operator: In
        values: [1]
    - action: Count
      onExitCodes:
        containerName: main
        operator: In
        values: [75]
    - action: Ignore
      onPodConditions:
        - type: DisruptionTarget
template:
  metadata:
    {{- include "tradestream.podMetadata" . | nindent 4 }}
  spec:
    restartPolicy: Never
    {{- include "tradestream.podSpec" . | trim | nindent 4 }}
{{- end }}

{{/* Annotations of what happens before rooms start: (dict "root" "weight"). What the chart
     runs itself is there only after the installation. */}}
{{- define "tradestream.hookAnnotations" -}}
helm.sh/hook: {{ .root.Values.inCluster.enabled | ternary "post-install,post-upgrade" "pre-install,pre-upgrade" }}
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation
{{- end }}

{{/* Labels and annotations of a pod. */}}
{{- define "tradestream.podMetadata" -}}
labels:
  {{- include "tradestream.labels" . | nindent 2 }}
  {{- with .root.Values.pods.labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .root.Values.pods.annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Spec of the Deployment of a resident room, which listens on .port. */}}
{{- define "tradestream.deploymentSpec" -}}
{{- $probe := dict "httpGet" (dict "path" "/health" "port" "http") "periodSeconds" 10 "timeoutSeconds" 5 -}}
{{- $ready := dict "httpGet" (dict "path" "/ready" "port" "http") "periodSeconds" 15 "timeoutSeconds" 10 -}}
{{- $start := dict "httpGet" (dict "path" "/health" "port" "http") "periodSeconds" 2 "failureThreshold" 60 -}}
{{- $container := dict "ports" (list (dict "name" "http" "containerPort" .port)) "livenessProbe" $probe "readinessProbe" $ready "startupProbe" $start -}}
{{- if not .scaled }}
replicas: {{ int (hasKey .room "replicas" | ternary .room.replicas 1) }}
{{- end }}
selector:
  matchLabels:
    {{- include "tradestream.selector" . | nindent 4 }}
template:
  metadata:
    {{- include "tradestream.podMetadata" . | nindent 4 }}
  spec:
    {{- include "tradestream.podSpec" (set . "container" $container) | trim | nindent 4 }}
{{- end }}
