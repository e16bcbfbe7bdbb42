// The arm64 counterpart of fiber_x86_64.S. UNTESTED: no arm64 Linux machine was at hand.
#if defined(__aarch64__)
        .text
        .globl  msim_fiber_switch
        .hidden msim_fiber_switch
        .type   msim_fiber_switch, %function
msim_fiber_switch:
        sub     sp, sp, #160
        stp     x19, x20, [sp, #0]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        stp     d8,  d9,  [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mov     x9, sp
        str     x9, [x0]
        mov     sp, x1
        .globl  msim_fiber_resume
        .hidden msim_fiber_resume
msim_fiber_resume:
        ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8,  d9,  [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #160
        ret
        .size   msim_fiber_switch, . - msim_fiber_switch
#endif
        .section .note.GNU-stack, "", %progbits
