"""The models that ship with the project, and the script that made them.

The folders `qwen2-*` are read by path and never imported; only `train.py` and the tests import from here.
"""
