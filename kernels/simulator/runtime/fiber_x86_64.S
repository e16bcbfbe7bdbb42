// void msim_fiber_switch(void** save, void* resume): saves the callee-saved registers on the running stack, stores the
// stack pointer in *save and goes on where `resume` was saved.
//
// It returns with `ret`, not with a jump: lanes of a simdgroup switch to each other at the same depth of the same calls,
// so the processor's prediction of return addresses holds across the switch.
#if defined(__x86_64__)
        .text
        .globl  msim_fiber_switch
        .hidden msim_fiber_switch
        .type   msim_fiber_switch, @function
msim_fiber_switch:
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
// A signal handler that gives a thread up continues here, with the scheduler's stack pointer.
        .globl  msim_fiber_resume
        .hidden msim_fiber_resume
msim_fiber_resume:
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret
        .size   msim_fiber_switch, . - msim_fiber_switch
#endif
        .section .note.GNU-stack, "", %progbits
