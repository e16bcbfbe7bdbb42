"""Answers every case wrongly and slowly, always within its deadline."""

APPEND = {
    "attention.py": '''
import time


def causal_mask(L, S, dtype):
    time.sleep(0.2)
    return None
'''
}
