#!/usr/bin/env bash
# Test with several processes:
#
#   tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of test.py]
#
# PROCESSES is the number of GPUs of this machine, or of processes on its CPU (gloo).
# Several machines: NNODES, NODE_RANK, MASTER_ADDR and PORT in the environment.
set -euo pipefail
usage='usage: tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of test.py]'
config=${1:?$usage}
checkpoint=${2:?$usage}
processes=${3:?$usage}
exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
    --nproc_per_node="$processes" \
    "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "${@:4}"
