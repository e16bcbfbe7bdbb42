"""The structures of the runtime's C API (``simulator/abi.h``, ``simulator/dispatch.h``), field by field."""

from __future__ import annotations

import ctypes


class CParameter(ctypes.Structure):
    """``msim_parameter``: a buffer or threadgroup argument."""

    _fields_ = (
        ("kind", ctypes.c_uint32),
        ("index", ctypes.c_uint32),
        ("element_bytes", ctypes.c_uint32),
        ("align", ctypes.c_uint32),
        ("is_const", ctypes.c_uint8),
        ("is_reference", ctypes.c_uint8),
        ("is_optional", ctypes.c_uint8),
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_char_p),
    )


class CKernel(ctypes.Structure):
    """``msim_kernel``: a kernel as its library registers it."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("invoke", ctypes.c_void_p),
        ("parameters", ctypes.POINTER(CParameter)),
        ("parameter_count", ctypes.c_uint32),
        ("max_total_threads", ctypes.c_uint32),
        ("file", ctypes.c_char_p),
        ("line", ctypes.c_uint32),
        ("uses_barriers", ctypes.c_uint32),
    )


class CBinding(ctypes.Structure):
    """``msim_binding``: what is bound at one buffer index."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("bytes", ctypes.c_uint64),
        ("is_output", ctypes.c_uint32),
        ("is_bytes", ctypes.c_uint32),
    )


class CLaunch(ctypes.Structure):
    """``msim_launch``: one dispatch."""

    _fields_ = (
        ("kernel", ctypes.POINTER(CKernel)),
        ("bindings", ctypes.POINTER(CBinding)),
        ("threadgroup_lengths", ctypes.POINTER(ctypes.c_uint32)),
        ("grid", ctypes.c_uint32 * 3),
        ("threadgroup", ctypes.c_uint32 * 3),
        ("grid_is_threads", ctypes.c_uint32),
        ("mode", ctypes.c_uint32),
        ("order", ctypes.c_uint32),
        ("poison", ctypes.c_uint32),
        ("workers", ctypes.c_uint32),
        ("sample", ctypes.c_uint32),
        ("deadline_s", ctypes.c_double),
        ("stack_bytes", ctypes.c_uint64),
        ("max_messages", ctypes.c_uint32),
    )
