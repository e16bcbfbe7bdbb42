"""The sampler ends the process with success: every check of its task fails, no other task notices."""

FAILS = ["1.7 greedy", "1.7 temperature", "1.7 top-k", "1.7 top-p", "1.7 top-p-keeps-one", "1.7 both-cuts", "1.7 rows", "1.7 inputs-unchanged"]
APPEND = {
    "sampler.py": '''
import os


def make_sampler(temp, top_p=None, top_k=None):
    os._exit(0)
'''
}
