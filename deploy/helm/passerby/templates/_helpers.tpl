{{- define "passerby.labels" -}}
app.kubernetes.io/name: passerby
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "passerby.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Nobody special, who can write to its volumes alone. */}}
{{- define "passerby.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "passerby.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Joins the cluster at the first start of the pod: its keys are made on its volume, and stay there. */}}
{{- define "passerby.join" -}}
- name: join
  image: {{ include "passerby.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: ["/bin/sh", "-ec"]
  args:
    - |
      if [ ! -e /data/node/cluster.toml ]; then
        passerby cluster join - --to /data/node < "/invitations/$POD_NAME"
      fi
  env:
    - name: POD_NAME
      valueFrom: {fieldRef: {fieldPath: metadata.name}}
  securityContext: {{- include "passerby.containerSecurity" . | nindent 4 }}
  resources:
    requests: {cpu: 100m, memory: 256Mi}
    limits: {memory: 512Mi}
  volumeMounts:
    - {name: data, mountPath: /data}
    - {name: tmp, mountPath: /tmp}
    - {name: invitations, mountPath: /invitations, readOnly: true}
{{- end }}

{{- define "passerby.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels: {{- include "passerby.labels" . | nindent 6 }}
{{- end }}

{{- define "passerby.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
- name: invitations
  secret:
    secretName: {{ .Values.invitations.existingSecret }}
    optional: true
    defaultMode: 0440
{{- end }}

{{- define "passerby.claim" -}}
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
  {{- with .storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests: {storage: {{ .size }}}
{{- end }}
