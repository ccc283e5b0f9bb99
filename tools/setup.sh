#!/usr/bin/env bash
# Prepare the virtual environment of one dependency lane.
#
#   tools/setup.sh LANE [VENV]        LANE is onedl or upstream, VENV defaults to .venv-LANE
#
# PYTHON names the interpreter (3.11 is tested), MMPRIVACY_CACHE the folder for the mmcv
# wheel, FORCE_CUDA=1 compiles mmcv's CUDA operators on a machine without a GPU.
set -euo pipefail
cd "$(dirname "$0")/.."
lane=${1:?usage: tools/setup.sh onedl|upstream [VENV]}
venv=${2:-.venv-$lane}
lock=requirements/$lane.txt
say() { printf '[setup %s] %s\n' "$lane" "$*"; }
fail() { printf '[setup %s] error: %s\n' "$lane" "$*" >&2; exit 2; }

[ -f "$lock" ] || fail "expected a lane with a file in requirements/, got '$lane'"
want=$(cat "$lock" requirements/tests.txt setup.py | sha256sum | cut -d' ' -f1)
if [ "$(cat "$venv/.ready" 2>/dev/null)" = "$want" ]; then exit 0; fi

python=${PYTHON:-python3.11}
command -v "$python" >/dev/null || python=python3
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
  || fail "expected Python 3.11, got $("$python" -V 2>&1). To fix: make PYTHON=/path/to/python3.11"
command -v c++ >/dev/null || fail 'expected a C++ compiler for mmcv, got none. To fix: install g++'

export PIP_DISABLE_PIP_VERSION_CHECK=1
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pinned() { grep -E "^$1==" "$lock"; }

# Run `python -m pip ARGS` with a line every 20 s, and its log only if it fails.
pip() {
  local log pid
  log=$(mktemp)
  "$venv/bin/python" -m pip "$@" >"$log" 2>&1 &
  pid=$!
  trap 'kill $pid 2>/dev/null; rm -f "$log"' EXIT
  while kill -0 "$pid" 2>/dev/null; do
    for _ in $(seq 20); do kill -0 "$pid" 2>/dev/null && sleep 1; done
    if kill -0 "$pid" 2>/dev/null; then
      say "  still going: $SECONDS s $(grep -oE '\[[0-9]+/[0-9]+\]' "$log" | tail -n 1)"
    fi
  done
  wait "$pid" || { tail -n 40 "$log" >&2; fail "pip $1 failed (the end of its log is above)"; }
  rm -f "$log"
  trap - EXIT
}

say 'installing build tools and torch (about 2 GB on the first run)'
pip install -U pip 'setuptools<81' wheel ninja psutil packaging
pip install "$(pinned torch)" "$(pinned torchvision)" "$(pinned numpy)"

# pip caches a locally built wheel by name and version alone and would reuse it for
# another torch. So the wheel is built without pip's cache and kept under a full key.
mmcv=$(pinned '(onedl-)?mmcv')
key=$("$venv/bin/python" - "${mmcv##*==}" <<'PY'
import os, platform, sys, torch
cuda = torch.version.cuda if torch.cuda.is_available() or os.environ.get('FORCE_CUDA') == '1' else None
device = 'cu' + cuda.replace('.', '') if cuda else 'cpu'
print('py%d.%d' % sys.version_info[:2], 'torch' + torch.__version__.partition('+')[0],
      'mmcv' + sys.argv[1], platform.machine(), device, sep='-')
PY
)
cache=${MMPRIVACY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mmprivacy}/wheels/$key
mkdir -p "$cache"
find_wheel() { find "$cache" -maxdepth 1 -name '*.whl' | head -n 1; }

exec 9>"$cache/.lock"
flock -n 9 || { say 'another set-up is compiling mmcv, waiting for it'; flock 9; }
if [ -z "$(find_wheel)" ]; then
  say "compiling $mmcv for $key: 10 to 30 minutes on two cores, once"
  rm -rf "$cache"/.build-*
  build=$(mktemp -d "$cache/.build-XXXXXX")
  MMCV_WITH_OPS=1 MAX_JOBS=${MAX_JOBS:-$(nproc)} pip wheel -v --no-deps \
    --no-build-isolation --no-cache-dir -w "$build" "$mmcv"
  mv "$build"/*.whl "$cache/"
  rmdir "$build"
fi
flock -u 9
say "installing $(basename "$(find_wheel)")"
pip install --no-deps --force-reinstall "$(find_wheel)"

say 'installing the hosts and the rest'
pip install --no-deps --no-build-isolation -r "$lock" -r requirements/tests.txt
pip install --no-deps --no-build-isolation -e .
"$venv/bin/python" -c 'import mmcv.ops, mmdet, mmpretrain, mmseg, mmprivacy' \
  || fail 'the installed packages do not import (see above)'
echo "$want" >"$venv/.ready"
say "ready after $SECONDS s: $venv"
