#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image: it installs what the grader needs.
#
#   AUTOGRADER_ROOT  where Gradescope has its folders; /autograder
#   GRADER_PYTHON    an interpreter that has everything already (an image of your own): nothing is installed
#   TORCH_INDEX      where PyTorch for the CPU comes from; empty: from where pip takes everything else
set -euo pipefail

root="${AUTOGRADER_ROOT:-/autograder}"
source="$root/source"
chmod 600 "$source/autograder.json" # holds the seed of the hidden cases

if [ -n "${GRADER_PYTHON:-}" ]; then
    "$GRADER_PYTHON" -c 'import jsonschema, mlx.core, nanobind, numpy, torch, transformers'
    printf '%s\n' "$GRADER_PYTHON" >"$root/grader-python"
    exit 0
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends ca-certificates g++ git python3 python3-dev python3-venv
python3 -c 'import sys; v = sys.version_info[:2]; sys.exit(
    None if (3, 10) <= v <= (3, 13) else f"Python 3.10 to 3.13 is needed, this is {v[0]}.{v[1]}; choose another image")'

python3 -m venv "$root/venv"
python="$root/venv/bin/python"
torch="$(sed -n 's/^ *"\(torch==[^"]*\)".*/\1/p' "$source/pyproject.toml")"
index="${TORCH_INDEX-https://download.pytorch.org/whl/cpu}"
"$python" -m pip install --disable-pip-version-check --no-cache-dir ${index:+--index-url "$index"} "$torch"
"$python" -m pip install --disable-pip-version-check --no-cache-dir --editable "$source"
printf '%s\n' "$python" >"$root/grader-python"
