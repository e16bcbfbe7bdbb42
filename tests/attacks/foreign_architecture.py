"""Makes system calls by the convention of another architecture, whose numbers mean something else."""

KINDS = {"1.1.1 softmax-values": "crash", "1.4.2 silu-values": "crash"}
APPEND = {
    "basics.py": '''
import ctypes
import mmap


def softmax(x, axis):
    ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39))


def silu(x):
    code = bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3])  # mov eax, getpid; int 0x80; ret
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
'''
}
