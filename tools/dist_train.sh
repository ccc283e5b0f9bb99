#!/usr/bin/env bash
# Train with several processes: tools/dist_train.sh CONFIG PROCESSES [arguments of train.py]
#
# PROCESSES is the number of GPUs of this machine, or of processes on its CPU (gloo).
# Several machines: NNODES, NODE_RANK, MASTER_ADDR and PORT in the environment.
set -euo pipefail
config=${1:?usage: tools/dist_train.sh CONFIG PROCESSES [arguments of train.py]}
processes=${2:?usage: tools/dist_train.sh CONFIG PROCESSES [arguments of train.py]}
exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
    --nproc_per_node="$processes" \
    "$(dirname "$0")/train.py" "$config" --launcher pytorch "${@:3}"
