#!/bin/sh
# Install what the browser tests need, into node_modules beside this script: playwright-core drives a chromium
# that is already on the machine (it downloads none), axe-core looks for accessibility mistakes.
set -eu
cd "$(dirname "$0")"
npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts axe-core@4.14 playwright-core@1.65
