#!/bin/sh
# JupyterLab that names the shared bridge to the panels (KARGAH_PUBLIC_URL, as browsers see it); kernels read KARGAH_URL.
set -eu
settings="$HOME/.jupyter/lab/user-settings/@kargah/jupyterlab-extension"
if [ -n "${KARGAH_PUBLIC_URL:-}" ] && [ ! -e "$settings/plugin.jupyterlab-settings" ]; then
  mkdir -p "$settings"
  printf '{"bridgeUrl": "%s"}\n' "$KARGAH_PUBLIC_URL" > "$settings/plugin.jupyterlab-settings"
fi
exec jupyter lab --ip=0.0.0.0 --port=8888 --no-browser --ServerApp.root_dir=/notebooks \
  --LabApp.news_url=None --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate
